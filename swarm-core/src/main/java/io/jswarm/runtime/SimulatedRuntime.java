// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.TaskRuntimeException;
import io.jswarm.model.NodeDescription;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * A connection to the engine of a {@link SimulatedHost}, for tests and scale runs on virtual or
 * real time. Stages complete on the host's loop. Made by {@link SimulatedHost#runtime()};
 * everything that matters lives in the host and survives this.
 */
public final class SimulatedRuntime implements TaskRuntime {
  private final SimulatedHost host;
  private final List<SimulatedLog> open = new ArrayList<>();
  private volatile boolean closed;

  SimulatedRuntime(SimulatedHost host) {
    this.host = host;
  }

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public CompletionStage<NodeDescription> describe() {
    return call(() -> CompletableFuture.completedFuture(host.description()));
  }

  @Override
  public CompletionStage<List<String>> list(String nodeId) {
    return call(
        () -> {
          List<String> ids = new ArrayList<>();
          for (SimulatedTask task : host.all()) {
            if (task.assignment().task().nodeId().equals(nodeId)) {
              ids.add(task.assignment().taskId());
            }
          }
          return CompletableFuture.completedFuture(ids);
        });
  }

  @Override
  public CompletionStage<Void> prepare(TaskAssignment assignment) {
    return call(() -> host.prepare(assignment).prepared());
  }

  @Override
  public CompletionStage<Void> start(TaskAssignment assignment) {
    return call(
        () -> {
          SimulatedTask task = known(assignment.taskId());
          if (task.claimStart()) {
            host.start(task);
          }
          return task.started();
        });
  }

  @Override
  public CompletionStage<TaskExit> awaitExit(TaskAssignment assignment) {
    return call(() -> known(assignment.taskId()).ended());
  }

  @Override
  public CompletionStage<Void> stop(TaskAssignment assignment, Duration grace) {
    return call(
        () -> {
          SimulatedTask task = host.find(assignment.taskId());
          if (task == null) {
            return CompletableFuture.completedFuture(null);
          }
          CompletableFuture<Void> stopped = new CompletableFuture<>();
          Stages.relay(task.ended().thenApply(exit -> null), stopped);
          task.stop(grace);
          return stopped;
        });
  }

  @Override
  public CompletionStage<Void> remove(String taskId) {
    return call(
        () -> {
          host.remove(taskId);
          return CompletableFuture.completedFuture(null);
        });
  }

  @Override
  public CompletionStage<Optional<RuntimeStatus>> inspect(String taskId) {
    return call(
        () ->
            CompletableFuture.completedFuture(
                Optional.ofNullable(host.find(taskId)).map(SimulatedTask::status)));
  }

  @Override
  public LogSubscription logs(String taskId, LogOptions options, LogSink sink) {
    AtomicReference<SimulatedLog> log = new AtomicReference<>();
    host.loop()
        .execute(
            () -> {
              SimulatedTask task = host.find(taskId);
              if (task == null || closed) {
                sink.onEnd(unknown(taskId));
                return;
              }
              SimulatedLog opened = new SimulatedLog(task, options, sink);
              open.removeIf(SimulatedLog::ended);
              open.add(opened);
              log.set(opened);
              opened.open();
            });
    return () ->
        host.loop()
            .execute(
                () -> {
                  SimulatedLog opened = log.get();
                  if (opened != null) {
                    opened.end(null);
                  }
                });
  }

  @Override
  public void close() {
    closed = true;
    host.loop().execute(() -> List.copyOf(open).forEach(log -> log.end(null)));
  }

  private SimulatedTask known(String taskId) {
    SimulatedTask task = host.find(taskId);
    if (task == null) {
      throw unknown(taskId);
    }
    return task;
  }

  private TaskRuntimeException unknown(String taskId) {
    return new TaskRuntimeException(
        "there is nothing of task " + taskId + " on " + host.hostname(), false);
  }

  private <T> CompletionStage<T> call(Supplier<CompletableFuture<T>> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    host.loop()
        .execute(
            () -> {
              try {
                if (closed) {
                  throw new TaskRuntimeException("the runtime is closed", true);
                }
                host.checkConnected();
                Stages.relay(call.get(), result);
              } catch (TaskRuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }
}
