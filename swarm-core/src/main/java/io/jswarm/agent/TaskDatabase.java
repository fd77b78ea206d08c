// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.model.Task;
import io.jswarm.model.TaskStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * What an agent remembers across its own restarts, so that tasks live through them (S9.5). Used by
 * one agent at a time, on its loop; writes return at once and take effect in order.
 */
public interface TaskDatabase {
  /** Everything written so far, by task id; completes on any thread. */
  CompletionStage<List<Entry>> load();

  /** Remembers a task, instead of what was remembered of it before. */
  void put(Entry entry);

  /** Forgets a task. */
  void remove(String taskId);

  /** Completes when everything written before is safe. */
  CompletionStage<Void> flush();

  /** A database in memory: outlives an agent object, not the process. */
  static TaskDatabase inMemory() {
    return new MemoryTaskDatabase();
  }

  /**
   * A database of one file per task, each replaced as a whole, so that a crash leaves the old or
   * the new one.
   *
   * @param directory made if missing
   * @param blocking does the writing
   */
  static TaskDatabase inDirectory(Path directory, Executor blocking) {
    return new FileTaskDatabase(directory, blocking);
  }

  /**
   * One task.
   *
   * @param task as last assigned
   * @param status as last observed here; it, not the task's own, is what holds
   * @param assigned false once the task was taken back and only has to be cleaned up
   */
  record Entry(Task task, TaskStatus status, boolean assigned) {}
}
