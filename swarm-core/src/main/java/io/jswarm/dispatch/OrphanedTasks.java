// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What becomes of the tasks of a node that will not report any more (S2.3). Pure. */
public final class OrphanedTasks {
  private OrphanedTasks() {}

  /**
   * Those of {@code tasks} that an agent had or was to get (ASSIGNED to RUNNING), as ORPHANED. The
   * others have ended already, or were never assigned.
   *
   * @param tasks of one node
   * @param message why, for the status
   * @param leader who decided it
   */
  public static List<Task> of(Iterable<Task> tasks, String message, String leader, Instant now) {
    List<Task> orphans = new ArrayList<>();
    for (Task task : tasks) {
      if (task.state().atLeast(TaskState.ASSIGNED) && !task.state().isTerminal()) {
        orphans.add(
            task.withStatus(
                task.status().advance(TaskState.ORPHANED, now, message).withApplied(leader, now)));
      }
    }
    return orphans;
  }
}
