// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Node;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that are held at desired READY until a delay is over and the tasks they follow have stopped
 * (S5). A task has stopped when it is terminal, when its node is lost, or when it took longer than
 * a minute. Both waits begin together.
 */
final class DelayedStarts {
  /** How long a new task waits for an old one to stop. */
  static final Duration OLD_TASK_TIMEOUT = Duration.ofMinutes(1);

  private final EventLoop loop;
  private final Map<String, Start> starts = new LinkedHashMap<>();
  private final SetMultimap<String, Start> byOldTask = LinkedHashMultimap.create();
  private final SetMultimap<String, String> oldTasksOfNode = LinkedHashMultimap.create();
  private final Map<String, String> nodeOfOldTask = new HashMap<>();
  private final Set<Start> due = new LinkedHashSet<>();

  DelayedStarts(EventLoop loop) {
    this.loop = loop;
  }

  /** Whether a task has to be waited for at all. */
  static boolean isStopping(ReadView view, Task old) {
    return !old.state().isTerminal()
        && old.state().atLeast(TaskState.ASSIGNED)
        && NodeCondition.of(view, old.nodeId()) != NodeCondition.LOST;
  }

  /**
   * Holds {@code taskId} until {@code delay} is over and all of {@code olds} have stopped; replaces
   * an earlier wait of the same task.
   */
  void hold(ReadView view, String taskId, Iterable<Task> olds, Duration delay) {
    cancel(taskId);
    Start start = new Start(taskId, loop.nanoTime() + delay.toNanos());
    starts.put(taskId, start);
    for (Task old : olds) {
      if (isStopping(view, old)) {
        start.olds.add(old.id());
        byOldTask.put(old.id(), start);
        oldTasksOfNode.put(old.nodeId(), old.id());
        nodeOfOldTask.put(old.id(), old.nodeId());
      }
    }
    if (start.remaining().isZero()) {
      start.delayOver = true;
    } else {
      start.timers.add(loop.schedule(delay, start::endDelay));
    }
    if (!start.olds.isEmpty()) {
      start.timers.add(loop.schedule(OLD_TASK_TIMEOUT, start::stopWaiting));
    }
    start.check();
  }

  /** The wait of this task, if it is held. */
  @Nullable Start find(String taskId) {
    return starts.get(taskId);
  }

  void cancel(String taskId) {
    Start start = starts.remove(taskId);
    if (start != null) {
      start.end();
    }
  }

  void onEvent(StoreEvent event) {
    if (event.object() instanceof Task task) {
      boolean gone = event instanceof StoreEvent.Deleted;
      if (gone) {
        cancel(task.id());
      }
      if (gone || task.state().isTerminal()) {
        stopped(task.id());
      }
    } else if (event.object() instanceof Node node) {
      if (event instanceof StoreEvent.Deleted || NodeCondition.of(node) == NodeCondition.LOST) {
        List.copyOf(oldTasksOfNode.get(node.id())).forEach(this::stopped);
      }
    }
  }

  /** The waits that are over since the last call; they are forgotten with it. */
  List<Start> takeDue() {
    if (due.isEmpty()) {
      return List.of();
    }
    List<Start> taken = new ArrayList<>(due);
    due.clear();
    taken.removeIf(start -> starts.get(start.taskId) != start);
    taken.forEach(start -> cancel(start.taskId));
    return taken;
  }

  void clear() {
    List.copyOf(starts.keySet()).forEach(this::cancel);
    due.clear();
  }

  private void stopped(String oldId) {
    for (Start start : List.copyOf(byOldTask.get(oldId))) {
      start.olds.remove(oldId);
      start.check();
    }
    release(oldId);
  }

  private void release(String oldId) {
    byOldTask.removeAll(oldId);
    String node = nodeOfOldTask.remove(oldId);
    if (node != null) {
      oldTasksOfNode.remove(node, oldId);
    }
  }

  /** One held task. */
  final class Start {
    private final String taskId;
    private final long delayEndNanos;
    private final Set<String> olds = new LinkedHashSet<>();
    private final List<EventLoop.Timer> timers = new ArrayList<>();
    private boolean delayOver;
    private boolean restart;

    private Start(String taskId, long delayEndNanos) {
      this.taskId = taskId;
      this.delayEndNanos = delayEndNanos;
    }

    String taskId() {
      return taskId;
    }

    /** The tasks it still waits for. */
    Set<String> olds() {
      return olds;
    }

    boolean isDelayOver() {
      return delayOver;
    }

    /** What is left of its delay. */
    Duration remaining() {
      return Duration.ofNanos(Math.max(0, delayEndNanos - loop.nanoTime()));
    }

    /** The task ended before it began: once the delay is over, it is not started but replaced. */
    void restartInstead() {
      restart = true;
      check();
    }

    boolean isRestart() {
      return restart;
    }

    private void endDelay() {
      delayOver = true;
      check();
    }

    private void stopWaiting() {
      for (String old : List.copyOf(olds)) {
        byOldTask.remove(old, this);
        if (!byOldTask.containsKey(old)) {
          release(old);
        }
      }
      olds.clear();
      check();
    }

    private void check() {
      if (delayOver && (restart || olds.isEmpty())) {
        due.add(this);
      }
    }

    private void end() {
      timers.forEach(EventLoop.Timer::cancel);
      List<String> waited = List.copyOf(olds);
      for (String old : waited) {
        byOldTask.remove(old, this);
        if (!byOldTask.containsKey(old)) {
          release(old);
        }
      }
    }
  }
}
