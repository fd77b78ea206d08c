// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The slots of a replicated service, split as S3.2 wants it.
 *
 * @param updatable filled slots by number, with the tasks by which they count as filled
 * @param dead all other slots by number, with all their tasks
 */
record ReplicatedSlots(TreeMap<Integer, List<Task>> updatable, TreeMap<Integer, List<Task>> dead) {

  /**
   * Splits tasks into slots.
   *
   * @param filledBy the tasks by which a slot of these tasks counts as filled
   */
  static ReplicatedSlots of(Iterable<Task> tasks, Function<List<Task>, List<Task>> filledBy) {
    TreeMap<Integer, List<Task>> all = new TreeMap<>();
    tasks.forEach(task -> all.computeIfAbsent(task.slot(), slot -> new ArrayList<>()).add(task));
    TreeMap<Integer, List<Task>> updatable = new TreeMap<>();
    TreeMap<Integer, List<Task>> dead = new TreeMap<>();
    all.forEach(
        (slot, inSlot) -> {
          List<Task> filling = filledBy.apply(inSlot);
          if (filling.isEmpty()) {
            dead.put(slot, inSlot);
          } else {
            updatable.put(slot, filling);
          }
        });
    return new ReplicatedSlots(updatable, dead);
  }

  /** The lowest {@code count} numbers from 1 that are not updatable. */
  SortedSet<Integer> vacant(long count) {
    SortedSet<Integer> vacant = new TreeSet<>();
    for (int slot = 1; vacant.size() < count; slot++) {
      if (!updatable.containsKey(slot)) {
        vacant.add(slot);
      }
    }
    return vacant;
  }

  /**
   * The {@code count} slots that outlive a scale-down: each node counts its slots, running ones
   * first, then by number, and the lowest counts stay. Slots without a node or with several tasks
   * go first (S3.2).
   */
  SortedSet<Integer> survivors(long count) {
    List<Map.Entry<Integer, List<Task>>> order = new ArrayList<>(updatable.entrySet());
    order.sort(Comparator.comparing(slot -> !isRunning(slot.getValue())));
    Map<String, Integer> perNode = new HashMap<>();
    List<Ranked> ranked = new ArrayList<>();
    for (Map.Entry<Integer, List<Task>> slot : order) {
      Task task = slot.getValue().get(0);
      boolean last = slot.getValue().size() != 1 || !task.isAssigned();
      int rank = last ? Integer.MAX_VALUE : perNode.merge(task.nodeId(), 1, Integer::sum);
      ranked.add(new Ranked(slot.getKey(), rank));
    }
    // The sort is stable: among equals, the order above decides.
    ranked.sort(Comparator.comparingInt(Ranked::rank));
    return new TreeSet<>(ranked.stream().limit(count).map(Ranked::slot).toList());
  }

  private record Ranked(int slot, int rank) {}

  private static boolean isRunning(List<Task> tasks) {
    return tasks.stream().anyMatch(task -> task.state() == TaskState.RUNNING);
  }
}
