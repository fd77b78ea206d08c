// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.Defaults;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.spi.TaskRuntime.RuntimeStatus;
import io.jswarm.spi.TaskRuntime.TaskExit;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes one task through its life, a step at a time (S9.6). Steps run in the runtime and come back
 * to the agent's loop; a step that was given up is not listened to any more. Holds a timer only
 * while it waits to repeat a step.
 */
final class TaskController {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Worker worker;
  private final TaskRuntime runtime;
  private Task task;
  private TaskStatus status;

  /** Grows with each step begun or given up; results of an earlier one do not count. */
  private int epoch;

  private boolean stepping;
  private boolean stopping;
  private boolean removing;
  private boolean closed;
  private int failedRemovals;
  private EventLoop.@Nullable Timer retry;

  TaskController(Worker worker, TaskRuntime runtime, Task task, TaskStatus status) {
    this.worker = worker;
    this.runtime = runtime;
    this.task = task;
    this.status = status;
  }

  Task task() {
    return task;
  }

  TaskStatus status() {
    return status;
  }

  boolean isRemoving() {
    return removing;
  }

  /** Takes a new description or desired state; the own status stays (S9.5). */
  void update(Task next) {
    worker.loop().assertInLoop();
    if (removing || closed || next.desiredState().isBefore(task.desiredState())) {
      return;
    }
    boolean changed = !next.withMeta(task.meta()).withStatus(task.status()).equals(task);
    task = next;
    if (changed) {
      worker.remember(this);
    }
    if (mustStop() && !stopping && !status.state().isTerminal()) {
      giveUpStep();
    }
    advance();
  }

  /** Does whatever can be done now. */
  void advance() {
    worker.loop().assertInLoop();
    boolean progress = true;
    while (progress && !stepping && !removing && !closed) {
      progress = step();
    }
  }

  /** Stops and removes whatever there is of the task, then tells the worker. */
  void remove() {
    worker.loop().assertInLoop();
    if (removing || closed) {
      return;
    }
    giveUpStep();
    removing = true;
    if (status.state().isTerminal()) {
      deleteAll();
    } else {
      stopThen(this::deleteAll, error -> deleteAll());
    }
  }

  /** Leaves the task to itself. */
  void detach() {
    giveUpStep();
    closed = true;
  }

  private boolean mustStop() {
    return task.desiredState().atLeast(TaskState.SHUTDOWN);
  }

  private void giveUpStep() {
    epoch++;
    stepping = false;
    stopping = false;
    if (retry != null) {
      retry.cancel();
      retry = null;
    }
  }

  /** Begins one step; true when it was done at once and the next one can follow. */
  private boolean step() {
    TaskState observed = status.state();
    if (mustStop()) {
      if (!observed.isTerminal()) {
        stopping = true;
        stopThen(() -> become(TaskState.SHUTDOWN, "shutdown", ""), this::failed);
      }
      return false;
    }
    if (observed.isAfter(task.desiredState())) {
      return false;
    }
    switch (observed) {
      case NEW, PENDING, ASSIGNED -> become(TaskState.ACCEPTED, "accepted", "");
      case ACCEPTED -> become(TaskState.PREPARING, "preparing", "");
      case PREPARING -> {
        run(runtime::prepare, true, done -> become(TaskState.READY, "prepared", ""));
        return false;
      }
      case READY -> {
        if (task.desiredState().atMost(TaskState.READY)) {
          return false;
        }
        become(TaskState.STARTING, "starting", "");
      }
      case STARTING -> {
        run(
            runtime::start,
            true,
            done -> inspectThen(() -> become(TaskState.RUNNING, "started", "")));
        return false;
      }
      case RUNNING -> {
        run(runtime::awaitExit, false, this::exited);
        return false;
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void exited(TaskExit exit) {
    inspectThen(
        () -> {
          ContainerStatus known = status.container();
          String id = known == null ? "" : known.containerId();
          long pid = known == null ? 0 : known.pid();
          status = status.withContainer(new ContainerStatus(id, pid, exit.exitCode()));
          if (exit.exitCode() == 0 && exit.error().isEmpty()) {
            become(TaskState.COMPLETE, "finished", "");
          } else {
            become(
                TaskState.FAILED,
                "failed",
                exit.error().isEmpty()
                    ? "task: non-zero exit (" + exit.exitCode() + ")"
                    : exit.error());
          }
        });
  }

  private void become(TaskState state, String message, String error) {
    status = status.advance(state, worker.loop().now(), message).withError(error);
    worker.statusChanged(this);
  }

  /** Runs a step of the runtime; without what the task needs it waits, or is refused. */
  private <T> void run(
      Function<TaskAssignment, CompletionStage<T>> step, boolean complete, Consumer<T> then) {
    TaskAssignment assignment;
    try {
      assignment = worker.assignment(task);
    } catch (RuntimeException e) {
      stepping = true;
      failed(e);
      return;
    }
    String missing = complete ? AssignmentBuilder.missing(assignment) : "";
    if (missing.isEmpty()) {
      await(() -> step.apply(assignment), then, this::failed);
    } else if (worker.isSynchronized()) {
      stepping = true;
      failed(new TaskRuntimeException(missing + " is not available", false));
    }
  }

  private void stopThen(Runnable then, Consumer<Throwable> onError) {
    TaskAssignment assignment;
    try {
      assignment = worker.assignment(task);
    } catch (RuntimeException e) {
      then.run(); // it never had an assignment to run with
      return;
    }
    Duration grace = Defaults.stopGracePeriod(assignment.container());
    await(() -> runtime.stop(assignment, grace), done -> then.run(), onError);
  }

  private void deleteAll() {
    await(
        () -> runtime.remove(task.id()),
        done -> {
          closed = true;
          worker.removed(this, null);
        },
        error -> {
          if (worker.givesUpAfter(++failedRemovals)) {
            closed = true;
            worker.removed(this, error);
          } else {
            again(this::deleteAll);
          }
        });
  }

  /** Refreshes container and ports (S9.6); what cannot be had stays as it was. */
  private void inspectThen(Runnable then) {
    await(
        () -> runtime.inspect(task.id()),
        found -> {
          refresh(found);
          then.run();
        },
        error -> then.run());
  }

  private void refresh(Optional<RuntimeStatus> found) {
    if (found.isPresent()) {
      status = status.withContainer(found.get().container()).withPorts(found.get().ports());
    }
  }

  private <T> void await(
      Supplier<CompletionStage<T>> begin, Consumer<T> then, Consumer<Throwable> onError) {
    stepping = true;
    int mine = ++epoch;
    CompletionStage<T> stage;
    try {
      stage = begin.get();
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedFuture(e);
    }
    stage.whenComplete(
        (value, error) ->
            worker
                .loop()
                .execute(
                    () -> {
                      if (mine != epoch || closed) {
                        return;
                      }
                      stepping = false;
                      if (error == null) {
                        then.accept(value);
                      } else {
                        onError.accept(
                            error instanceof CompletionException wrapped
                                    && wrapped.getCause() != null
                                ? wrapped.getCause()
                                : error);
                      }
                      advance();
                    }));
  }

  private void failed(Throwable error) {
    if (isTemporary(error)) {
      again(this::advance);
      return;
    }
    String why = error.getMessage() == null ? error.toString() : error.getMessage();
    if (status.state().isBefore(TaskState.STARTING)) {
      stepping = false;
      become(TaskState.REJECTED, "rejected", why);
    } else {
      inspectThen(() -> become(TaskState.FAILED, "failed", why));
    }
  }

  private void again(Runnable step) {
    stepping = true;
    int mine = ++epoch;
    retry =
        worker
            .loop()
            .schedule(
                RETRY,
                () -> {
                  if (mine == epoch) {
                    retry = null;
                    stepping = false;
                    step.run();
                  }
                });
  }

  private static boolean isTemporary(Throwable error) {
    return error instanceof CancellationException
        || error instanceof TimeoutException
        || (error instanceof TaskRuntimeException known && known.temporary());
  }
}
