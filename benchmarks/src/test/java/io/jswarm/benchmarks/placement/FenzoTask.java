// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.placement;

import com.netflix.fenzo.ConstraintEvaluator;
import com.netflix.fenzo.TaskRequest;
import com.netflix.fenzo.VMTaskFitnessCalculator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task as Fenzo wants it. */
final class FenzoTask implements TaskRequest {
  static final double CPUS = 0.1;
  static final int MEMORY_MB = 64;

  private final String id;
  private @Nullable AssignedResources assigned;

  FenzoTask(String id) {
    this.id = id;
  }

  @Override
  public String getId() {
    return id;
  }

  @Override
  public String taskGroupName() {
    return "";
  }

  @Override
  public double getCPUs() {
    return CPUS;
  }

  @Override
  public double getMemory() {
    return MEMORY_MB;
  }

  @Override
  public double getNetworkMbps() {
    return 0;
  }

  @Override
  public double getDisk() {
    return 0;
  }

  @Override
  public int getPorts() {
    return 0;
  }

  @Override
  public Map<String, Double> getScalarRequests() {
    return Map.of();
  }

  @Override
  public Map<String, NamedResourceSetRequest> getCustomNamedResources() {
    return Map.of();
  }

  @Override
  public List<? extends ConstraintEvaluator> getHardConstraints() {
    return List.of();
  }

  @Override
  public List<? extends VMTaskFitnessCalculator> getSoftConstraints() {
    return List.of();
  }

  @Override
  public void setAssignedResources(AssignedResources resources) {
    assigned = resources;
  }

  @Override
  @SuppressWarnings("NullAway") // null until Fenzo sets it, as in its own tests
  public @Nullable AssignedResources getAssignedResources() {
    return assigned;
  }
}
