// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Task;

/**
 * Tasks that are next to each other in one of the orders tasks are kept in.
 *
 * @param index number of that order
 * @param tasks where they are in it
 */
record TaskRange(int index, SortedTree.Range<Task> tasks) {
  static final int BY_SERVICE = 1;
  static final int BY_NODE = 2;

  /** Ordered by slot, then id. */
  static TaskRange ofService(String serviceId) {
    return new TaskRange(
        BY_SERVICE,
        new SortedTree.Range<>(
            Order.pair(serviceId, 0), Order.FIRST_OF_PAIR, task -> isOf(task, serviceId)));
  }

  /** Ordered by id. */
  static TaskRange ofSlot(String serviceId, int slot) {
    return new TaskRange(
        BY_SERVICE,
        new SortedTree.Range<>(Order.pair(serviceId, slot), -1, task -> isOf(task, serviceId)));
  }

  /** Ordered by id. */
  static TaskRange ofNode(String nodeId) {
    return new TaskRange(
        BY_NODE,
        new SortedTree.Range<>(
            Order.pair(nodeId, 0),
            Order.FIRST_OF_PAIR,
            task -> Index.compare(task.nodeId(), nodeId) == 0));
  }

  private static boolean isOf(Task task, String serviceId) {
    return Index.compare(task.serviceId(), serviceId) == 0;
  }
}
