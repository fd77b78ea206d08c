// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a service should be (S1.2). Made by {@link #replicated}, {@link #global}, {@link
 * #replicatedJob}, {@link #globalJob} and {@link #toBuilder()}; the canonical constructor is not
 * API and checks nothing but nulls.
 *
 * @param labels never reach containers, never cause a task to be replaced
 * @param update null = the defaults of S1.3
 * @param rollback null = the defaults of S1.3
 * @param networks deprecated twin of {@link TaskSpec#networks()}
 */
public record ServiceSpec(
    String name,
    Map<String, String> labels,
    ServiceMode mode,
    TaskSpec task,
    @Nullable UpdateConfig update,
    @Nullable UpdateConfig rollback,
    List<NetworkAttachmentConfig> networks,
    EndpointSpec endpoint) {
  public ServiceSpec {
    requireNonNull(name, "name");
    labels = SortedValues.copyOf(labels);
    requireNonNull(mode, "mode");
    requireNonNull(task, "task");
    networks = List.copyOf(networks);
    requireNonNull(endpoint, "endpoint");
  }

  /** A service of a fixed number of tasks. */
  public static ServiceSpecBuilder replicated(String name, long replicas) {
    return new ServiceSpecBuilder(name, new ServiceMode.Replicated(replicas));
  }

  /** A service of one task on each eligible node. */
  public static ServiceSpecBuilder global(String name) {
    return new ServiceSpecBuilder(name, new ServiceMode.Global());
  }

  /** A number of tasks run to completion, so many at a time. */
  public static ServiceSpecBuilder replicatedJob(
      String name, long maxConcurrent, long totalCompletions) {
    return new ServiceSpecBuilder(
        name, new ServiceMode.ReplicatedJob(maxConcurrent, totalCompletions));
  }

  /** One task run to completion on each eligible node. */
  public static ServiceSpecBuilder globalJob(String name) {
    return new ServiceSpecBuilder(name, new ServiceMode.GlobalJob());
  }

  /** A builder that starts from this. */
  public ServiceSpecBuilder toBuilder() {
    return new ServiceSpecBuilder(this);
  }
}
