// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Waiting tasks that are placed together: one service and spec version, so that any of them can
 * have any place found for one of them (S7.4). Tasks without a spec version are groups of one.
 */
final class TaskGroup {
  private final Task sample;
  private final List<Task> tasks = new ArrayList<>();
  private final Set<Integer> slots = new HashSet<>();

  private TaskGroup(Task sample) {
    this.sample = sample;
  }

  /** Groups tasks, in the order in which their first tasks come. */
  static Collection<TaskGroup> of(List<Task> tasks) {
    Map<Object, TaskGroup> groups = new LinkedHashMap<>();
    for (Task task : tasks) {
      Object key = task.hasService() && task.specVersion() != 0 ? SpecKey.of(task) : task.id();
      TaskGroup group = groups.computeIfAbsent(key, k -> new TaskGroup(task));
      if (!group.accepts(task)) {
        group = groups.computeIfAbsent(task.id(), k -> new TaskGroup(task));
      }
      group.add(task);
    }
    return groups.values();
  }

  /**
   * Whether the task asks for what the others ask for. Tasks of one spec version share their spec,
   * so this costs next to nothing; if they do not, none may be placed by the wishes of another.
   */
  private boolean accepts(Task task) {
    return task.spec().equals(sample.spec()) && task.endpoint().equals(sample.endpoint());
  }

  private void add(Task task) {
    tasks.add(task);
    slots.add(task.slot());
  }

  /** Any of the tasks, for what all of them ask. */
  Task sample() {
    return sample;
  }

  List<Task> tasks() {
    return tasks;
  }

  /**
   * Whether another task on a node is there only until one of these runs: the same slot as of
   * another spec version. Slot 0 names its node instead (S2.2), so only tasks given to that node
   * replace it.
   */
  boolean replaces(Booking other) {
    return other.serviceId().equals(sample.serviceId())
        && other.specVersion() != sample.specVersion()
        && (other.slot() != 0 || sample.isAssigned())
        && slots.contains(other.slot());
  }
}
