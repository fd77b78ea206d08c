// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.Tx;

/** The one way orchestration changes what a task should become. */
final class DesiredState {
  private DesiredState() {}

  /**
   * Raises the desired state of the task with this one's id; never lowers it (S2.2), never fails if
   * it is gone.
   */
  static void raise(Tx tx, Task task, TaskState to) {
    raise(tx, task.id(), to);
  }

  static void raise(Tx tx, String taskId, TaskState to) {
    Task stored = tx.task(taskId).orElse(null);
    if (stored != null && stored.desiredState().isBefore(to)) {
      tx.update(stored.withDesiredState(to));
    }
  }

  /** Whether the task is meant to run, now or after a delay. */
  static boolean isLive(Task task) {
    return task.desiredState().atMost(TaskState.RUNNING);
  }
}
