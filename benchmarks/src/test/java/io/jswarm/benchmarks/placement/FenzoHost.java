// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.placement;

import com.netflix.fenzo.VirtualMachineLease;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.mesos.Protos;
import org.jspecify.annotations.Nullable;

/** A host as Fenzo wants it. */
record FenzoHost(String hostname, double cpuCores, double memoryMB) implements VirtualMachineLease {
  @Override
  public String getId() {
    return hostname;
  }

  @Override
  public long getOfferedTime() {
    return 0;
  }

  @Override
  public String getVMID() {
    return hostname;
  }

  @Override
  public double networkMbps() {
    return 1_000_000;
  }

  @Override
  public double diskMB() {
    return 1_000_000;
  }

  @Override
  public List<Range> portRanges() {
    return List.of();
  }

  @Override
  @SuppressWarnings("NullAway") // Fenzo asks for no offer unless ports are wanted
  public Protos.@Nullable Offer getOffer() {
    return null;
  }

  @Override
  public Map<String, Protos.Attribute> getAttributeMap() {
    return Collections.emptyMap(); // Fenzo asks it for null
  }

  @Override
  public Double getScalarValue(String name) {
    return 0.0;
  }

  @Override
  public Map<String, Double> getScalarValues() {
    return Collections.emptyMap(); // Fenzo asks it for null
  }
}
