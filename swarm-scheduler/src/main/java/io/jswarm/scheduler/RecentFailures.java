// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * How often each service has failed on each node of late (S7.2). Remembers nothing older than the
 * window, whether or not anybody asks.
 */
final class RecentFailures {
  static final Duration WINDOW = Duration.ofMinutes(5);

  /** From this many failures on, a node is avoided. */
  static final int THRESHOLD = 5;

  private record Place(String nodeId, SpecKey spec) {}

  private record Failure(Instant at, String taskId, Place place) {}

  private final PriorityQueue<Failure> oldestFirst =
      new PriorityQueue<>(Comparator.comparing(Failure::at));
  private final Set<String> taskIds = new HashSet<>();
  private final Map<Place, Integer> counts = new HashMap<>();

  /** Remembers that a task failed on its node; once per task, however often it is told. */
  void record(Task task, Instant at, Instant now) {
    expire(now);
    if (at.plus(WINDOW).isAfter(now) && taskIds.add(task.id())) {
      Place place = new Place(task.nodeId(), SpecKey.of(task));
      oldestFirst.add(new Failure(at, task.id(), place));
      counts.merge(place, 1, Integer::sum);
    }
  }

  /** Forgets what is older than the window. */
  void expire(Instant now) {
    Failure oldest = oldestFirst.peek();
    while (oldest != null && !oldest.at().plus(WINDOW).isAfter(now)) {
      oldestFirst.remove();
      taskIds.remove(oldest.taskId());
      counts.computeIfPresent(oldest.place(), (place, n) -> n == 1 ? null : n - 1);
      oldest = oldestFirst.peek();
    }
  }

  /** The failures that make a node worse for a spec: none below the threshold (S7.5). */
  int penalty(String nodeId, SpecKey spec) {
    if (counts.isEmpty()) {
      return 0;
    }
    int failures = counts.getOrDefault(new Place(nodeId, spec), 0);
    return failures < THRESHOLD ? 0 : failures;
  }
}
