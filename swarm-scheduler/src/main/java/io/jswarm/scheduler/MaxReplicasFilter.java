// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Task;
import java.util.List;
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
    List<Booking> tasks = node.activeOf(group.sample().serviceId());
    if (tasks.size() < maxReplicas) {
      return true;
    }
    long staying = tasks.stream().filter(booking -> !group.replaces(booking.task())).count();
    return staying < maxReplicas;
  }

  @Override
  public boolean isUsedUp() {
    return true;
  }

  @Override
  public String explain(int nodes) {
    return "max replicas per node limit exceeded";
  }
}
