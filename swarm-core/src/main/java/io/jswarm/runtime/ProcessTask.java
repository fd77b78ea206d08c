// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.Defaults;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime.RuntimeStatus;
import io.jswarm.spi.TaskRuntime.TaskExit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One task of a {@link ProcessRuntime}: its state machine, on the runtime's loop. */
final class ProcessTask implements HealthMonitor.Listener {
  private static final Duration KILL_AGAIN = Duration.ofMillis(500);

  private enum Phase {
    /** Nothing is there, or prepare is under way. */
    NEW,
    PREPARED,
    RUNNING,
    ENDED
  }

  private final String id;
  private final ProcessRuntime runtime;
  private final EventLoop loop;
  private final Jobs jobs;
  private final TaskProcess process;
  private final CompletableFuture<TaskExit> exit = new CompletableFuture<>();
  private Phase phase = Phase.NEW;
  private @Nullable ProcessState state;
  private @Nullable ProcessMark main;
  private boolean neverRan;
  private @Nullable CompletableFuture<Void> prepared;
  private @Nullable CompletableFuture<Void> started;
  private @Nullable CompletableFuture<Void> removed;
  private @Nullable HealthMonitor health;
  private @Nullable TaskAssignment assignment;
  private final List<EventLoop.Timer> timers = new ArrayList<>();

  ProcessTask(String id, ProcessRuntime runtime) {
    this.id = id;
    this.runtime = runtime;
    this.loop = runtime.loop();
    this.jobs = new Jobs(loop, runtime.blocking());
    this.process =
        new TaskProcess(
            id,
            new TaskFiles(runtime.directoryOf(id)),
            runtime.supervision(),
            runtime.time(),
            runtime.logLimit());
  }

  /** Takes over what an earlier agent left. */
  void adopt(TaskProcess.Found found) {
    state = found.state();
    main = found.main();
    neverRan = found.barred();
    prepared = CompletableFuture.completedFuture(null);
    if (found.exit() != null) {
      phase = Phase.ENDED;
      exit.complete(found.exit());
    } else {
      phase = found.claimed() ? Phase.RUNNING : Phase.PREPARED;
    }
  }

  TaskProcess process() {
    return process;
  }

  String id() {
    return id;
  }

  String nodeId() {
    return state == null ? "" : state.nodeId();
  }

  boolean there() {
    return state != null;
  }

  boolean running() {
    return phase == Phase.RUNNING;
  }

  boolean over() {
    return phase == Phase.ENDED;
  }

  CompletableFuture<TaskExit> exit() {
    return exit;
  }

  RuntimeStatus status() {
    TaskExit over = exit.getNow(null);
    boolean known = over != null && !neverRan && over.exitCode() != TaskProcess.UNKNOWN;
    return new RuntimeStatus(
        new ContainerStatus(
            id,
            running() && main != null ? main.pid() : 0,
            known && over != null ? Integer.valueOf(over.exitCode()) : null),
        running(),
        state == null ? List.of() : state.ports());
  }

  // Prepare

  CompletableFuture<Void> prepare(TaskAssignment assignment) {
    if (removed != null) {
      return failed("task " + id + " is being removed", true);
    }
    if (prepared == null) {
      CompletableFuture<Void> stage = new CompletableFuture<>();
      prepared = stage;
      jobs.run(
          () -> process.create(assignment),
          (created, failure) -> {
            if (created != null) {
              state = created;
              phase = Phase.PREPARED;
              stage.complete(null);
            } else {
              prepared = null;
              stage.completeExceptionally(wrapped("cannot prepare task " + id, failure));
              if (jobs.lastOne()) {
                runtime.forget(this);
              }
            }
          });
    }
    return prepared;
  }

  // Start

  CompletableFuture<Void> start(TaskAssignment assignment) {
    if (started != null) {
      return started;
    }
    CompletableFuture<Void> stage = new CompletableFuture<>();
    if (phase == Phase.NEW) {
      return failed("task " + id + " is not prepared", false);
    }
    started = stage;
    if (phase == Phase.ENDED) {
      if (neverRan) {
        stage.completeExceptionally(stopped());
      } else {
        stage.complete(null);
      }
    } else if (phase == Phase.RUNNING) {
      awaitHealthy(assignment);
    } else {
      ProcessPlan plan = plan(assignment);
      jobs.run(
          () -> new Launch(process.launch(plan), process.files().task()),
          (launch, failure) -> launched(assignment, launch, failure));
    }
    return stage;
  }

  /**
   * A launch that succeeded.
   *
   * @param supervisor null when somebody else was faster
   */
  private record Launch(@Nullable Process supervisor, @Nullable ProcessMark main) {}

  private void launched(
      TaskAssignment assignment, @Nullable Launch launch, @Nullable Throwable failure) {
    CompletableFuture<Void> stage = started;
    if (launch == null) {
      started = null;
      if (stage != null) {
        stage.completeExceptionally(wrapped("cannot start task " + id, failure));
      }
      return;
    }
    phase = Phase.RUNNING;
    main = launch.main;
    if (launch.supervisor == null) {
      look();
    } else {
      Stages.onDone(launch.supervisor.onExit(), (ended, none) -> loop.execute(this::look));
    }
    runtime.watch();
    if (stage != null && !stage.isDone()) {
      awaitHealthy(assignment);
    }
  }

  private void awaitHealthy(TaskAssignment assignment) {
    if (HealthMonitor.wanted(assignment.container().healthcheck())) {
      monitor(assignment);
    } else {
      healthy();
    }
  }

  /** Sees to it that the health check is done, if there is one. */
  void monitor(TaskAssignment assignment) {
    this.assignment = assignment;
    if (health == null
        && phase == Phase.RUNNING
        && HealthMonitor.wanted(assignment.container().healthcheck())) {
      Instant since = main == null ? loop.now() : main.written();
      health =
          new HealthMonitor(
              loop,
              runtime.blocking(),
              runtime.supervision(),
              process.files(),
              plan(assignment),
              assignment.container().healthcheck(),
              since,
              this);
    }
  }

  private ProcessPlan plan(TaskAssignment assignment) {
    return ProcessPlan.of(assignment, process.files(), state == null ? List.of() : state.ports());
  }

  @Override
  public void healthy() {
    if (started != null) {
      started.complete(null);
    }
  }

  @Override
  public void unhealthy(String detail) {
    String reason = detail.isEmpty() ? "unhealthy" : "unhealthy: " + detail;
    jobs.run(
        () -> {
          process.files().reason(reason);
          return true;
        },
        (done, failure) -> {});
    if (started != null) {
      started.completeExceptionally(
          new TaskRuntimeException("the task was stopped because it is " + reason, false));
    }
    TaskAssignment known = assignment;
    if (known != null) {
      stop(known, Defaults.stopGracePeriod(known.container()));
    }
  }

  // Stop and remove

  void stop(TaskAssignment assignment, Duration grace) {
    if (phase == Phase.ENDED) {
      return;
    }
    failOpenSteps(stopped());
    String signal = assignment.container().stopSignal();
    halt(signal.isEmpty() ? "TERM" : signal.startsWith("SIG") ? signal.substring(3) : signal);
    timers.add(loop.schedule(grace, this::kill));
  }

  CompletableFuture<Void> remove() {
    if (removed == null) {
      CompletableFuture<Void> stage = new CompletableFuture<>();
      removed = stage;
      failOpenSteps(new TaskRuntimeException("the task was removed", false));
      if (phase != Phase.ENDED) {
        kill();
      }
      Stages.onDone(
          exit,
          (over, none) ->
              jobs.run(
                  () -> {
                    process.delete();
                    return true;
                  },
                  (deleted, failure) -> {
                    if (failure == null) {
                      runtime.forget(this);
                      stage.complete(null);
                    } else {
                      removed = null;
                      stage.completeExceptionally(wrapped("cannot remove task " + id, failure));
                    }
                  }));
    }
    return removed;
  }

  private void kill() {
    if (phase != Phase.ENDED) {
      halt("KILL");
      timers.add(loop.schedule(KILL_AGAIN, this::kill));
    }
  }

  private void halt(String signal) {
    jobs.run(
        () -> {
          process.halt(signal);
          return true;
        },
        (done, failure) -> look());
  }

  private void failOpenSteps(TaskRuntimeException reason) {
    if (prepared != null) {
      prepared.completeExceptionally(reason);
    }
    if (started != null) {
      started.completeExceptionally(reason);
    }
  }

  // The end

  private void look() {
    if (phase != Phase.ENDED) {
      jobs.run(process::exit, (over, failure) -> ended(over));
    }
  }

  /** Takes note of how it ended; nothing when it did not. */
  void ended(@Nullable TaskExit over) {
    if (over == null || phase == Phase.ENDED) {
      return;
    }
    neverRan = phase != Phase.RUNNING;
    phase = Phase.ENDED;
    timers.forEach(EventLoop.Timer::cancel);
    timers.clear();
    if (health != null) {
      health.stop();
    }
    if (prepared != null) {
      prepared.completeExceptionally(stopped());
    }
    if (started != null) {
      started.complete(null);
    }
    exit.complete(over);
    runtime.pump(this);
  }

  /** The runtime goes, the task stays. */
  void abandon(TaskRuntimeException reason) {
    failOpenSteps(reason);
    if (removed != null) {
      removed.completeExceptionally(reason);
    }
    exit.completeExceptionally(reason);
    timers.forEach(EventLoop.Timer::cancel);
    if (health != null) {
      health.stop();
    }
  }

  private static TaskRuntimeException stopped() {
    return new TaskRuntimeException("the task was stopped", false);
  }

  private static CompletableFuture<Void> failed(String message, boolean temporary) {
    return CompletableFuture.failedFuture(new TaskRuntimeException(message, temporary));
  }

  private static TaskRuntimeException wrapped(String what, @Nullable Throwable failure) {
    return failure instanceof TaskRuntimeException known
        ? known
        : new TaskRuntimeException(what + ": " + failure, true, failure);
  }
}
