// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Task;
import java.util.List;

/** Whose output is wanted (S12.8): tasks that match any of the lists. */
public record LogSelector(List<String> serviceIds, List<String> taskIds, List<String> nodeIds) {
  /**
   * A selection by ids.
   *
   * @throws IllegalArgumentException when it names nothing
   */
  public LogSelector {
    serviceIds = List.copyOf(serviceIds);
    taskIds = List.copyOf(taskIds);
    nodeIds = List.copyOf(nodeIds);
    if (serviceIds.isEmpty() && taskIds.isEmpty() && nodeIds.isEmpty()) {
      throw new IllegalArgumentException("name at least one service, task or node");
    }
  }

  /** All tasks of a service. */
  public static LogSelector service(String serviceId) {
    return new LogSelector(List.of(serviceId), List.of(), List.of());
  }

  /** One task. */
  public static LogSelector task(String taskId) {
    return new LogSelector(List.of(), List.of(taskId), List.of());
  }

  boolean matches(Task task) {
    return serviceIds.contains(task.serviceId())
        || taskIds.contains(task.id())
        || nodeIds.contains(task.nodeId());
  }
}
