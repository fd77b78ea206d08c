// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * What templates can refer to (S1.8).
 *
 * @param taskName the task's {@link Task#displayName()}
 * @param slot 0 for global services; {@code .Task.Slot} is the node id then
 */
public record TemplateContext(
    String serviceId,
    String serviceName,
    Map<String, String> serviceLabels,
    String nodeId,
    String nodeHostname,
    Platform nodePlatform,
    String taskId,
    String taskName,
    int slot) {
  public TemplateContext {
    requireNonNull(serviceId, "serviceId");
    requireNonNull(serviceName, "serviceName");
    serviceLabels = SortedValues.copyOf(serviceLabels);
    requireNonNull(nodeId, "nodeId");
    requireNonNull(nodeHostname, "nodeHostname");
    requireNonNull(nodePlatform, "nodePlatform");
    requireNonNull(taskId, "taskId");
    requireNonNull(taskName, "taskName");
  }

  /** The context of a task on the node it is assigned to. */
  public static TemplateContext of(Task task, NodeDescription node) {
    return new TemplateContext(
        task.serviceId(),
        task.serviceName(),
        task.serviceLabels(),
        task.nodeId(),
        node.hostname(),
        node.platform(),
        task.id(),
        task.displayName(),
        task.slot());
  }
}
