// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.dispatch.AssignmentItem;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Config;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.Secret;
import io.jswarm.model.Task;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of one node: what is assigned, what is remembered, and what has to go (S9.5). On the
 * agent's loop.
 */
final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration SWEEP_RETRY = Duration.ofSeconds(10);
  private static final int REMOVALS_BEFORE_GIVING_UP = 3;

  private final String nodeId;
  private final EventLoop loop;
  private final TaskRuntime runtime;
  private final TaskDatabase database;
  private final BiConsumer<String, TaskStatus> report;
  private final Consumer<String> forget;
  private final Map<String, TaskController> controllers = new TreeMap<>();
  private final Map<String, Secret> secrets = new TreeMap<>();
  private final Map<String, Config> configs = new TreeMap<>();
  private NodeDescription description = NodeDescription.NONE;
  private boolean synced;
  private boolean closed;
  private @Nullable CompletableFuture<Void> shutdown;
  private @Nullable Throwable shutdownFailure;

  /**
   * @param report told of each new status
   * @param forget told of each task that was taken back
   */
  Worker(
      String nodeId,
      EventLoop loop,
      TaskRuntime runtime,
      TaskDatabase database,
      BiConsumer<String, TaskStatus> report,
      Consumer<String> forget) {
    this.nodeId = nodeId;
    this.loop = loop;
    this.runtime = runtime;
    this.database = database;
    this.report = report;
    this.forget = forget;
  }

  EventLoop loop() {
    return loop;
  }

  void description(NodeDescription description) {
    this.description = description;
  }

  /** Goes on with what an earlier agent of this node was doing. */
  void resume(List<TaskDatabase.Entry> remembered) {
    loop.assertInLoop();
    for (TaskDatabase.Entry entry : remembered) {
      Task task = entry.task();
      if (!task.nodeId().equals(nodeId)) {
        database.remove(task.id());
        continue;
      }
      TaskController controller = new TaskController(this, runtime, task, entry.status());
      controllers.put(task.id(), controller);
      if (entry.assigned()) {
        controller.advance();
      } else {
        controller.remove();
      }
    }
  }

  /** Takes a set of assignments; a complete one replaces all there was. */
  void assign(boolean complete, List<AssignmentItem> items) {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    if (complete) {
      secrets.clear();
      configs.clear();
      synced = true;
    }
    Set<String> listed = new TreeSet<>();
    for (AssignmentItem item : items) {
      if (item instanceof AssignmentItem.UpdateTask update) {
        listed.add(update.task().id());
        update(update.task());
      } else if (item instanceof AssignmentItem.RemoveTask removal) {
        take(removal.taskId());
      } else if (item instanceof AssignmentItem.UpdateSecret update) {
        secrets.put(update.secret().id(), update.secret());
      } else if (item instanceof AssignmentItem.RemoveSecret removal) {
        secrets.remove(removal.secretId());
      } else if (item instanceof AssignmentItem.UpdateConfig update) {
        configs.put(update.config().id(), update.config());
      } else if (item instanceof AssignmentItem.RemoveConfig removal) {
        configs.remove(removal.configId());
      }
    }
    if (complete) {
      for (String id : new ArrayList<>(controllers.keySet())) {
        if (!listed.contains(id)) {
          take(id);
        }
      }
      sweep();
    }
  }

  private void update(Task task) {
    TaskController known = controllers.get(task.id());
    if (known != null) {
      known.update(task);
      return;
    }
    TaskController controller = new TaskController(this, runtime, task, task.status());
    controllers.put(task.id(), controller);
    remember(controller);
    controller.advance();
  }

  private void take(String taskId) {
    TaskController controller = controllers.get(taskId);
    if (controller != null && !controller.isRemoving()) {
      database.put(new TaskDatabase.Entry(controller.task(), controller.status(), false));
      forget.accept(taskId);
      controller.remove();
    }
  }

  /**
   * Removes what runs here in this node's name though no task claims it: left behind by a crash, or
   * by an agent whose memory is gone (I-17).
   */
  private void sweep() {
    runtime
        .list(nodeId)
        .whenComplete(
            (ids, error) ->
                loop.execute(
                    () -> {
                      if (error != null) {
                        LOG.warn("cannot list what runs on {}: {}", nodeId, error.getMessage());
                        sweepLater();
                      } else {
                        ids.forEach(this::removeUnclaimed);
                      }
                    }));
  }

  private void removeUnclaimed(String taskId) {
    if (closed || controllers.containsKey(taskId)) {
      return;
    }
    LOG.atInfo().addKeyValue("task", taskId).log("removing what no assigned task claims");
    runtime
        .remove(taskId)
        .whenComplete(
            (done, error) -> {
              if (error != null) {
                sweepLater();
              }
            });
  }

  private void sweepLater() {
    loop.schedule(
        SWEEP_RETRY,
        () -> {
          if (!closed) {
            sweep();
          }
        });
  }

  /** All statuses, for a manager that may have missed some. */
  void reportAll() {
    controllers.forEach(
        (id, controller) -> {
          if (!controller.isRemoving()) {
            report.accept(id, controller.status());
          }
        });
  }

  /** What the runtime gets to see of a task. */
  TaskAssignment assignment(Task task) {
    return AssignmentBuilder.build(task, description, secrets, configs);
  }

  /** Whether all secrets and configs that exist for this node have arrived. */
  boolean isSynchronized() {
    return synced;
  }

  void statusChanged(TaskController controller) {
    remember(controller);
    report.accept(controller.task().id(), controller.status());
  }

  void remember(TaskController controller) {
    database.put(new TaskDatabase.Entry(controller.task(), controller.status(), true));
  }

  /** Nobody waits for ever: what cannot be removed while shutting down is left, and told. */
  boolean givesUpAfter(int failures) {
    return shutdown != null && failures >= REMOVALS_BEFORE_GIVING_UP;
  }

  void removed(TaskController controller, @Nullable Throwable failure) {
    String id = controller.task().id();
    controllers.remove(id, controller);
    if (failure == null) {
      database.remove(id);
    } else {
      shutdownFailure = failure;
    }
    endShutdown();
  }

  /** Leaves everything as it is. */
  CompletionStage<Void> close() {
    loop.assertInLoop();
    closed = true;
    controllers.values().forEach(TaskController::detach);
    controllers.clear();
    return database.flush();
  }

  /** Stops and removes all tasks. */
  CompletionStage<Void> shutDown() {
    loop.assertInLoop();
    if (shutdown != null) {
      return shutdown;
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (closed) {
      done.complete(null);
      return done;
    }
    shutdown = done;
    for (String id : new ArrayList<>(controllers.keySet())) {
      take(id);
    }
    endShutdown();
    return done;
  }

  private void endShutdown() {
    CompletableFuture<Void> done = shutdown;
    if (done == null || !controllers.isEmpty() || closed) {
      return;
    }
    close();
    removeTheRest()
        .thenCompose(removed -> database.flush())
        .whenComplete(
            (flushed, error) -> {
              Throwable failure = shutdownFailure != null ? shutdownFailure : error;
              if (failure != null) {
                done.completeExceptionally(failure);
              } else {
                done.complete(null);
              }
            });
  }

  /** What runs in this node's name without a controller goes too. */
  private CompletionStage<Void> removeTheRest() {
    return runtime
        .list(nodeId)
        .thenCompose(
            ids ->
                CompletableFuture.allOf(
                    ids.stream()
                        .map(id -> runtime.remove(id).toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new)));
  }
}
