// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.google.common.base.Ascii;
import io.jswarm.TaskRuntimeException;
import io.jswarm.docker.ContainerSnapshot.Health;
import io.jswarm.docker.TaskOperations.Operation;
import io.jswarm.loop.EventLoop;
import io.jswarm.spi.TaskRuntime.TaskExit;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What happens to a container between its start and its end. Thread-safe. */
final class ContainerLifetime {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
  private static final String VANISHED = "the container was removed behind our back";
  private static final int LONGEST_PROBE_OUTPUT = 200;

  private final EngineClient engine;
  private final TaskContainers containers;
  private final ContainerWatch watch;
  private final EventLoop loop;

  ContainerLifetime(
      EngineClient engine, TaskContainers containers, ContainerWatch watch, EventLoop loop) {
    this.engine = engine;
    this.containers = containers;
    this.watch = watch;
    this.loop = loop;
  }

  /** Waits until the process ran, now or before; fails when the container goes away instead. */
  CompletableFuture<Void> started(ContainerSnapshot container) {
    return container.started()
        ? DONE
        : watch
            .until(container.id(), ContainerSnapshot::started)
            .thenCompose(
                state -> state.isPresent() ? DONE : CompletableFuture.failedFuture(vanished()));
  }

  /**
   * Waits until a started container is healthy or has ended; without a health check it is at once
   * (C9.20). One that turns unhealthy instead is stopped, and the wait fails.
   */
  CompletableFuture<Void> firstHealthy(
      ContainerSnapshot started, Duration grace, Operation operation) {
    if (started.health() == Health.UNCHECKED) {
      return DONE;
    }
    return operation
        .failingOnCancel(watch.until(started.id(), c -> c.ended() || c.health() != Health.STARTING))
        .thenCompose(
            state -> {
              ContainerSnapshot container = state.orElseThrow(ContainerLifetime::vanished);
              if (container.ended() || container.health() == Health.HEALTHY) {
                return DONE;
              }
              TaskRuntimeException failure = new TaskRuntimeException(unhealthy(container), false);
              return stop(container, grace)
                  .thenCompose(stopped -> CompletableFuture.failedFuture(failure));
            });
  }

  /** Waits until a container has ended; one that turns unhealthy is stopped. */
  CompletableFuture<TaskExit> end(ContainerSnapshot container, Duration grace) {
    return watch
        .until(container.id(), c -> c.ended() || c.health() == Health.UNHEALTHY)
        .thenCompose(
            state -> {
              if (state.isEmpty() || state.get().ended()) {
                return CompletableFuture.completedFuture(exit(state));
              }
              String why = unhealthy(state.get());
              return stop(state.get(), grace)
                  .thenApply(stopped -> new TaskExit(exit(stopped).exitCode(), why));
            });
  }

  private static TaskExit exit(Optional<ContainerSnapshot> ended) {
    if (ended.isEmpty()) {
      return new TaskExit(-1, VANISHED);
    }
    ContainerSnapshot container = ended.get();
    String why = "";
    if (container.health() == Health.UNHEALTHY) {
      why = unhealthy(container);
    } else if (container.outOfMemory() && container.exitCode() != 0) {
      why = "out of memory";
    }
    return new TaskExit(container.exitCode(), why);
  }

  private static String unhealthy(ContainerSnapshot container) {
    String output = container.probeOutput();
    return output.isEmpty()
        ? "unhealthy"
        : "unhealthy: " + Ascii.truncate(output, LONGEST_PROBE_OUTPUT, "…");
  }

  private static TaskRuntimeException vanished() {
    return new TaskRuntimeException(VANISHED, false);
  }

  /**
   * Stops a running container. Not by the engine's stop call, which would hold a thread for as long
   * as the grace.
   *
   * @return the state without a process, empty when the container went away
   */
  CompletableFuture<Optional<ContainerSnapshot>> stop(ContainerSnapshot container, Duration grace) {
    var stopped = watch.until(container.id(), c -> !c.running());
    String signal = container.stopSignal().isEmpty() ? "SIGTERM" : container.stopSignal();
    signal(container, signal, stopped);
    EventLoop.Timer kill = loop.schedule(grace, () -> signal(container, "SIGKILL", stopped));
    return stopped.whenComplete((state, error) -> kill.cancel());
  }

  private void signal(ContainerSnapshot container, String signal, CompletableFuture<?> stopped) {
    var unused =
        engine
            .run("send " + signal, () -> containers.signal(container.id(), signal))
            .exceptionally(
                error -> {
                  stopped.completeExceptionally(error);
                  return null;
                });
  }
}
