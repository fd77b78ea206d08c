// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Task;
import java.util.Optional;

/**
 * The node has room for one more task of the service. A task about to be replaced takes no room,
 * whether it was told to stop or waits for its successor to run first: else an update that starts
 * the new task before it stops the old one could wait for ever (C7.11).
 */
final class MaxReplicasFilter implements Filter {
  private final TaskGroup group;
  private final long maxReplicas;

  private MaxReplicasFilter(TaskGroup group, long maxReplicas) {
    this.group = group;
    this.maxReplicas = maxReplicas;
  }

  static Optional<Filter> of(TaskGroup group) {
    Task task = group.sample();
    long maxReplicas = task.spec().placement().maxReplicas();
    return maxReplicas > 0 && task.hasService()
        ? Optional.of(new MaxReplicasFilter(group, maxReplicas))
        : Optional.empty();
  }

  @Override
  public String name() {
    return "max-replicas";
  }

  @Override
  public boolean passes(NodeBooks node) {
    int staying = 0;
    for (Booking at = node.first(group.sample().serviceId()); at != null; at = at.next) {
      staying += group.replaces(at) ? 0 : 1;
    }
    return staying < maxReplicas;
  }

  @Override
  public boolean isUsedUp() {
    return true;
  }

  @Override
  public boolean isOfClass() {
    return false;
  }

  @Override
  public String explain(int nodes) {
    return "max replicas per node limit exceeded";
  }
}
