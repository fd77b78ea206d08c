// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Task;

/**
 * Tasks that are next to each other in one of the orders tasks are kept in.
 *
 * @param index number of that order
 * @param key of all of them in it
 */
record TaskRange(int index, long key, SortedTree.Probe<Task> probe) {
  static final int BY_SERVICE = 1;
  static final int BY_NODE = 2;

  static TaskRange ofService(String serviceId) {
    return new TaskRange(
        BY_SERVICE, Order.prefix(serviceId), task -> Index.compare(task.serviceId(), serviceId));
  }

  static TaskRange ofSlot(String serviceId, int slot) {
    return new TaskRange(
        BY_SERVICE,
        Order.prefix(serviceId),
        task -> {
          int byService = Index.compare(task.serviceId(), serviceId);
          return byService != 0 ? byService : Integer.compare(task.slot(), slot);
        });
  }

  static TaskRange ofNode(String nodeId) {
    return new TaskRange(
        BY_NODE, Order.prefix(nodeId), task -> Index.compare(task.nodeId(), nodeId));
  }
}
