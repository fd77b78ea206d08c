// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.control.Component;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Node;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.PlacementExplanation;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives each pending task a node, in the turn in which it becomes pending (S7). The choice is the
 * placement engine's; this keeps the engine's picture of the cluster up to date, remembers who
 * waits and why, and asks again when something happened that may help.
 */
final class Scheduler implements Component {
  /**
   * Waiting tasks are tried again after this at the latest: an engine may weigh things that change
   * with time alone.
   */
  private static final Duration RETRY = Duration.ofMinutes(5);

  /**
   * After so many tasks were written in a turn, the rest is placed in the turn after its commit.
   * That many fit into one log entry, and keep nobody waiting for long.
   */
  private static final int MOST_IN_TURN = 8_000;

  private final EventLoop loop;
  private final PlacementEngine engine;

  private final FreshTasks fresh = new FreshTasks();
  private final Set<String> waiting = new LinkedHashSet<>();
  private final Set<String> unwanted = new LinkedHashSet<>();

  /** What was assigned in the last transaction, in order: the engine has it in its books. */
  private final Deque<Task> decided = new ArrayDeque<>();

  private PlacementEngine.@Nullable Session session;
  private EventLoop.@Nullable Timer retryTimer;
  private boolean retry;

  /** Which turn it is, and how many tasks were written in it. */
  private long turn = -1;

  private int written;

  Scheduler(EventLoop loop, PlacementEngine engine) {
    this.loop = loop;
    this.engine = engine;
  }

  @Override
  public String name() {
    return "scheduler";
  }

  @Override
  public void start(Tx tx) {
    PlacementEngine.Session opened = engine.open();
    session = opened;
    tx.nodes().forEach(opened::put);
    tx.tasks().forEach(task -> look(opened, null, task));
  }

  @Override
  public void onEvent(StoreEvent event) {
    PlacementEngine.Session books = session;
    if (books == null) {
      return;
    }
    boolean deleted = event instanceof StoreEvent.Deleted;
    if (event.object() instanceof Node node) {
      if (deleted) {
        books.removeNode(node.id());
      } else {
        books.put(node);
        retry = true;
      }
    } else if (event.object() instanceof Task task) {
      if (task == decided.peek()) {
        decided.remove();
      } else if (deleted) {
        books.removeTask(task.id());
        forget(task);
        retry |= task.isAssigned();
      } else {
        look(books, (Task) event.old(), task);
      }
    }
  }

  /**
   * Puts a task where it belongs: into the engine's books, into the queue, or among those that end
   * here.
   */
  private void look(PlacementEngine.Session books, @Nullable Task old, Task task) {
    if (task.state().isBefore(TaskState.ASSIGNED)) {
      if (task.desiredState().isAfter(TaskState.COMPLETE)) {
        forget(task);
        unwanted.add(task.id());
      } else if (task.state() == TaskState.PENDING && !waiting.contains(task.id())) {
        fresh.put(task);
      }
      return;
    }
    if (old == null && task.state().isTerminal()) {
      return;
    }
    forget(task);
    books.put(task, loop.now());
    // It gave something back: its resources, or its place among the active tasks of its service.
    retry |= old != null && holds(old) && (!holds(task) || (isActive(old) && !isActive(task)));
  }

  @Override
  public void reconcile(Tx tx) {
    decided.clear();
    endUnwanted(tx);
    List<Task> queue = new ArrayList<>();
    if (retry) {
      waiting.removeIf(id -> tx.task(id).isEmpty());
      waiting.forEach(id -> tx.task(id).ifPresent(queue::add));
      retry = false;
    }
    if (tx.base() != turn) {
      turn = tx.base();
      written = 0;
    }
    boolean first = true;
    while (first || (!fresh.isEmpty() && written < MOST_IN_TURN)) {
      first = false;
      fresh.drainTo(queue, MOST_IN_TURN - written);
      if (!queue.isEmpty()) {
        place(tx, queue);
        queue.clear();
      }
    }
    keepRetrying();
  }

  @Override
  public void stop() {
    session = null;
    fresh.clear();
    waiting.clear();
    unwanted.clear();
    decided.clear();
    turn = -1;
    retry = false;
    keepRetrying();
  }

  private void place(Tx tx, List<Task> queue) {
    List<Task> preassigned = new ArrayList<>();
    List<Task> unassigned = new ArrayList<>();
    for (Task task : queue) {
      if (!wantsPlace(task)) {
        waiting.remove(task.id());
      } else {
        (task.isAssigned() ? preassigned : unassigned).add(task);
      }
    }
    preassigned.addAll(unassigned);
    PlacementEngine.Session books = session;
    if (books == null || preassigned.isEmpty()) {
      return;
    }
    Map<String, Boolean> accepting = new HashMap<>();
    for (PlacementDecision decision : books.place(preassigned, tx.now())) {
      if (decision instanceof PlacementDecision.Placed placed) {
        Task task = placed.task();
        boolean fits =
            task.isAssigned()
                ? task.nodeId().equals(placed.nodeId())
                : accepting.computeIfAbsent(
                    placed.nodeId(), id -> tx.node(id).filter(Node::acceptsTasks).isPresent());
        if (fits) {
          assign(tx, placed);
        } else {
          books.put(task, tx.now());
          waiting.add(task.id());
        }
      } else if (decision instanceof PlacementDecision.Unplaceable unplaceable) {
        explain(tx, unplaceable);
      } else {
        throw new AssertionError(decision);
      }
    }
  }

  private void assign(Tx tx, PlacementDecision.Placed placed) {
    Task task = placed.task();
    waiting.remove(task.id());
    written++;
    String message =
        task.isAssigned()
            ? "confirmed on its preassigned node"
            : "assigned to a node by the scheduler";
    decided.add(
        tx.update(
            task.toBuilder()
                .nodeId(placed.nodeId())
                .assignedGenericResources(placed.generic())
                .status(task.status().advance(TaskState.ASSIGNED, tx.now(), message))
                .build()));
  }

  /** Says why the task waits; writes nothing when that is known already (S7.8). */
  private void explain(Tx tx, PlacementDecision.Unplaceable unplaceable) {
    Task task = unplaceable.task();
    waiting.add(task.id());
    PlacementExplanation explanation = unplaceable.explanation();
    String why = task.isAssigned() ? explanation.preassignedText() : explanation.text();
    if (!task.status().error().equals(why)) {
      TaskStatus status = task.status().advance(TaskState.PENDING, tx.now(), "waits for a node");
      written++;
      tx.update(task.withStatus(status.withError(why)));
    }
  }

  /** A task that is to stop before it got a node has no agent that could say it stopped. */
  private void endUnwanted(Tx tx) {
    for (String id : List.copyOf(unwanted)) {
      Task task = tx.task(id).orElse(null);
      if (task != null
          && task.state().isBefore(TaskState.ASSIGNED)
          && task.desiredState() == TaskState.SHUTDOWN) {
        String message = "stopped before it was assigned to a node";
        tx.update(task.withStatus(task.status().advance(TaskState.SHUTDOWN, tx.now(), message)));
      }
    }
    unwanted.clear();
  }

  private void keepRetrying() {
    if (waiting.isEmpty() && retryTimer != null) {
      retryTimer.cancel();
      retryTimer = null;
    } else if (!waiting.isEmpty() && retryTimer == null) {
      retryTimer =
          loop.schedule(
              RETRY,
              () -> {
                retryTimer = null;
                retry = true;
              });
    }
  }

  private void forget(Task task) {
    fresh.remove(task);
    waiting.remove(task.id());
  }

  private static boolean wantsPlace(Task task) {
    return task.state() == TaskState.PENDING && task.desiredState().atMost(TaskState.COMPLETE);
  }

  /** Whether a task takes up resources of its node (S7.2). */
  private static boolean holds(Task task) {
    return task.state().atLeast(TaskState.ASSIGNED) && !task.state().isTerminal();
  }

  private static boolean isActive(Task task) {
    return task.desiredState().atMost(TaskState.COMPLETE);
  }
}
