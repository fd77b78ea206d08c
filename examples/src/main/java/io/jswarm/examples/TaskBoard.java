// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;

import io.jswarm.api.ClusterListener;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.PortConfig;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.Commit;
import io.jswarm.store.StoreEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Follows the cluster: prints a line for each change, and knows the present state without asking.
 * The cluster calls it on one of its threads, the story waits on another.
 */
final class TaskBoard implements ClusterListener {
  private final Narrator narrator;
  private final Map<String, Node> nodes = new TreeMap<>();
  private final Map<String, Task> tasks = new TreeMap<>();
  private long version;

  TaskBoard(Narrator narrator) {
    this.narrator = narrator;
  }

  @Override
  public synchronized void onSnapshot(long version, List<StoreObject> objects) {
    this.version = version;
    objects.forEach(this::put);
    notifyAll();
  }

  @Override
  public synchronized void onCommit(Commit commit) {
    for (StoreEvent event : commit.events()) {
      tell(commit.time(), event);
      if (event instanceof StoreEvent.Deleted) {
        nodes.remove(event.object().id());
        tasks.remove(event.object().id());
      } else {
        put(event.object());
      }
    }
    version = commit.version();
    notifyAll();
  }

  private void put(StoreObject object) {
    if (object instanceof Node node) {
      nodes.put(node.id(), node);
    } else if (object instanceof Task task) {
      tasks.put(task.id(), task);
    }
  }

  private void tell(Instant time, StoreEvent event) {
    String before = event.old() == null ? "" : outline(event.old());
    String after = event instanceof StoreEvent.Deleted ? "removed" : outline(event.object());
    boolean over = event.old() instanceof Task task && task.state().isTerminal();
    if (before.equals(after) || over) {
      return;
    }
    String change = before.isEmpty() ? after : before + " -> " + after;
    if (event.object() instanceof Task task) {
      narrator.event(time, shortName(task), nodeName(task), change + error(task));
    } else if (event.object() instanceof Node node) {
      narrator.event(time, "node", node.name(), change);
    }
  }

  /** What of an object is worth a line when it changes. */
  private static String outline(StoreObject object) {
    if (object instanceof Task task) {
      boolean leaving =
          task.desiredState().isAfter(TaskState.RUNNING) && !task.state().isTerminal();
      return leaving ? "stopping" : word(task.state());
    } else if (object instanceof Node node) {
      return word(node.status().state()) + ", " + word(node.spec().availability());
    }
    return "";
  }

  private static String error(Task task) {
    return task.status().error().isEmpty() ? "" : ": " + task.status().error();
  }

  private static String word(Enum<?> state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static String shortName(Task task) {
    return task.serviceName() + "." + task.slot() + "." + task.id().substring(0, 5);
  }

  /** The node a task is on, by the name a reader knows it by. */
  synchronized String nodeName(Task task) {
    Node node = nodes.get(task.nodeId());
    return node == null ? "-" : node.name();
  }

  /** All tasks that run and shall run, by slot. */
  synchronized List<Task> running() {
    return tasks.values().stream()
        .filter(TaskBoard::runs)
        .sorted(comparingInt(Task::slot).thenComparing(comparing(Task::id)))
        .toList();
  }

  /** Whether it runs and shall go on running. */
  static boolean runs(Task task) {
    return task.state() == TaskState.RUNNING && task.desiredState() == TaskState.RUNNING;
  }

  /**
   * Waits for a commit after which {@code condition} holds for the tasks there are.
   *
   * @throws CheckFailed when it takes too long; says {@code what} was waited for
   */
  synchronized void await(String what, Duration timeout, Predicate<List<Task>> condition) {
    awaitCommit(what, timeout, () -> condition.test(List.copyOf(tasks.values())));
  }

  /** Waits until all is told that led to {@code seen}: a read may be ahead of a watch. */
  synchronized void catchUp(List<Task> seen, Duration timeout) {
    long last = seen.stream().mapToLong(task -> task.meta().version()).max().orElse(0);
    awaitCommit("version " + last, timeout, () -> version >= last);
  }

  private synchronized void awaitCommit(String what, Duration timeout, BooleanSupplier condition) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!condition.getAsBoolean()) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        throw new CheckFailed(what + ": not within " + timeout.toSeconds() + " s");
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CheckFailed(what + ": interrupted");
      }
    }
  }

  /** Prints what runs where. */
  void show() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TASK", "NODE", "STATE", "PORT", "PID"));
    for (Task task : running()) {
      ContainerStatus process = task.status().container();
      rows.add(
          List.of(
              shortName(task),
              nodeName(task),
              word(task.state()),
              String.valueOf(port(task)),
              process == null ? "-" : String.valueOf(process.pid())));
    }
    narrator.table(rows);
  }

  /** The port a task's node gave it. */
  static int port(Task task) {
    return task.status().ports().stream().mapToInt(PortConfig::publishedPort).findFirst().orElse(0);
  }
}
