// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import io.jswarm.TaskRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * What is under way per task, so that stopping or removing a task ends a prepare or start that is
 * still open, and never runs into one that has not wound down: a container created after its
 * removal would stay for ever. Thread-safe.
 */
final class TaskOperations {
  private final ConcurrentMap<String, Operation> open = new ConcurrentHashMap<>();

  /**
   * Runs a step of a task, after the one that is open, if any.
   *
   * @return fails at once when the step is cancelled, though the step itself may take longer to end
   */
  CompletableFuture<Void> run(String taskId, Function<Operation, CompletableFuture<Void>> step) {
    Operation operation = new Operation();
    Operation previous = open.put(taskId, operation);
    CompletableFuture<Void> turn =
        previous == null ? CompletableFuture.completedFuture(null) : previous.woundDown;
    CompletableFuture<Void> work =
        turn.thenCompose(
            ready -> {
              operation.check();
              return step.apply(operation);
            });
    var unused =
        work.whenComplete(
            (done, error) -> {
              open.remove(taskId, operation);
              operation.woundDown.complete(null);
              if (error == null) {
                operation.result.complete(null);
              } else {
                operation.result.completeExceptionally(Stages.unwrapped(error));
              }
            });
    return operation.result;
  }

  /** Ends what is open for a task; completes when nothing of it is under way any more. */
  CompletableFuture<Void> cancel(String taskId) {
    Operation operation = open.get(taskId);
    if (operation == null) {
      return CompletableFuture.completedFuture(null);
    }
    operation.cancel();
    return operation.woundDown;
  }

  /** An open step. */
  static final class Operation {
    private final CompletableFuture<Void> result = new CompletableFuture<>();
    private final CompletableFuture<Void> woundDown = new CompletableFuture<>();
    private final List<Runnable> onCancel = new ArrayList<>();
    private boolean cancelled;

    /** To be called between the parts of a step; fails once the step is cancelled. */
    void check() {
      synchronized (this) {
        if (!cancelled) {
          return;
        }
      }
      throw cancellation();
    }

    /** Runs {@code action} when the step is cancelled, or now if it was. */
    void onCancel(Runnable action) {
      synchronized (this) {
        if (!cancelled) {
          onCancel.add(action);
          return;
        }
      }
      action.run();
    }

    /** Lets the stage fail when the step is cancelled. */
    <T> CompletableFuture<T> failingOnCancel(CompletableFuture<T> stage) {
      onCancel(() -> stage.completeExceptionally(cancellation()));
      return stage;
    }

    private void cancel() {
      List<Runnable> actions;
      synchronized (this) {
        cancelled = true;
        actions = List.copyOf(onCancel);
        onCancel.clear();
      }
      actions.forEach(Runnable::run);
      result.completeExceptionally(cancellation());
    }

    private static TaskRuntimeException cancellation() {
      return new TaskRuntimeException("cancelled, as the task is being stopped or removed", true);
    }
  }
}
