// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.GenericResource;
import io.jswarm.model.Reservations;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.util.List;

/**
 * A task in the books of a node. What it takes is read from the task as it was when booked, so that
 * releasing gives back exactly what booking took.
 *
 * @param nodeId where; the task itself does not say so before its placement is committed
 * @param claims the generic resources it holds there
 * @param preassigned whether the node was given with the task, not chosen here
 */
record Booking(Task task, String nodeId, List<GenericResource> claims, boolean preassigned) {
  /** Whether a task holds its node: it was given one for good and may still run there (S7.2). */
  static boolean holdsNode(Task task) {
    return task.isAssigned()
        && task.state().atLeast(TaskState.ASSIGNED)
        && !task.state().isTerminal();
  }

  /** Whether the task counts as one of its service and node: wanted, not merely still there. */
  boolean isActive() {
    return task.desiredState().atMost(TaskState.COMPLETE);
  }

  Reservations reservations() {
    return task.spec().resources().reservations();
  }
}
