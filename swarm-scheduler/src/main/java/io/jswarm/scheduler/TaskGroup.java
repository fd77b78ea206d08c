// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Waiting tasks that are placed together: one service and spec version, so that any of them can
 * have any place found for one of them (S7.4). Tasks of a service without a spec version are groups
 * of one. So are tasks without a service; but those that follow each other, ask for the same and
 * have no preferences make one group, as it comes to the same.
 */
final class TaskGroup {
  private final Task sample;
  private final List<Task> tasks = new ArrayList<>();
  private final Set<Integer> slots = new HashSet<>();

  TaskGroup(Task sample) {
    this.sample = sample;
  }

  /** Groups tasks, in the order in which their first tasks come. */
  static List<TaskGroup> of(List<Task> tasks) {
    List<TaskGroup> groups = new ArrayList<>();
    Map<SpecKey, TaskGroup> bySpec = new HashMap<>();
    for (Task task : tasks) {
      TaskGroup group = null;
      if (!task.hasService()) {
        group = groups.isEmpty() ? null : groups.get(groups.size() - 1);
      } else if (task.specVersion() != 0) {
        group = bySpec.get(SpecKey.of(task));
      }
      if (group == null || !group.accepts(task)) {
        group = new TaskGroup(task);
        groups.add(group);
        if (task.hasService() && task.specVersion() != 0) {
          bySpec.putIfAbsent(SpecKey.of(task), group);
        }
      }
      group.add(task);
    }
    return groups;
  }

  /**
   * Whether the task asks for what the others ask for. Tasks of one spec version share their spec,
   * so this costs next to nothing; if they do not, none may be placed by the wishes of another.
   */
  boolean accepts(Task task) {
    return task.hasService() == sample.hasService()
        && (task.hasService() || task.spec().placement().preferences().isEmpty())
        && (task.spec() == sample.spec() || task.spec().equals(sample.spec()))
        && task.endpoint().equals(sample.endpoint())
        && Objects.equals(task.logDriver(), sample.logDriver());
  }

  void add(Task task) {
    tasks.add(task);
    if (task.hasService()) {
      slots.add(task.slot());
    }
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
