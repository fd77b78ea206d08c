// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.Defaults;
import io.jswarm.model.PortConfig;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime.RuntimeStatus;
import io.jswarm.spi.TaskRuntime.TaskExit;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One task of a {@link ProcessRuntime}: the state machine over its {@link TaskFiles}. On the
 * runtime's loop, except where a method says that it blocks.
 */
final class ProcessTask implements HealthMonitor.Listener {
  private static final Duration KILL_AGAIN = Duration.ofMillis(500);
  private static final int LAUNCH_POLL_MILLIS = 2;
  private static final int NEVER_KNOWN = -1;

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
  private final TaskFiles files;
  private final CapturedLog stdout;
  private final CapturedLog stderr;
  private final CompletableFuture<TaskExit> exit = new CompletableFuture<>();
  private volatile Phase phase = Phase.NEW;
  private @Nullable ProcessState state;
  private volatile @Nullable ProcessMark supervisor;
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
    this.files = new TaskFiles(runtime.directoryOf(id));
    this.stdout = new CapturedLog(files.directory(), false, runtime.logLimit());
    this.stderr = new CapturedLog(files.directory(), true, runtime.logLimit());
  }

  /** Takes over what an earlier agent left; false when it is nothing. Blocks, before any other. */
  boolean adopt() throws IOException, InterruptedException {
    state = files.state();
    if (state == null) {
      files.delete();
      return false;
    }
    HostPorts.MACHINE.adopt(id, state.ports());
    killProbe();
    prepared = CompletableFuture.completedFuture(null);
    phase = Phase.PREPARED;
    if (files.claimed()) {
      main = files.task();
      neverRan = files.barred();
      TaskExit over = observe();
      phase = over == null ? Phase.RUNNING : Phase.ENDED;
      if (over != null) {
        exit.complete(over);
      }
    }
    return true;
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

  CapturedLog stdout() {
    return stdout;
  }

  CapturedLog stderr() {
    return stderr;
  }

  CompletableFuture<TaskExit> exit() {
    return exit;
  }

  RuntimeStatus status() {
    TaskExit over = exit.getNow(null);
    boolean known = over != null && !neverRan && over.exitCode() != NEVER_KNOWN;
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
          () -> create(assignment),
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

  /** Blocks. */
  private ProcessState create(TaskAssignment assignment) throws IOException {
    ProcessState there = files.state();
    if (there != null) {
      return there;
    }
    List<PortConfig> ports = HostPorts.MACHINE.reserve(id, assignment.task().endpoint().ports());
    try {
      ProcessPlan plan = ProcessPlan.of(assignment, files, ports);
      ProcessState created = files.create(assignment, ports);
      plan.check();
      return created;
    } catch (IOException | RuntimeException e) {
      HostPorts.MACHINE.release(id, ports);
      files.delete();
      throw e;
    }
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
      jobs.run(
          () -> launch(assignment), (process, failure) -> launched(assignment, process, failure));
    }
    return stage;
  }

  /** Blocks until the program runs. */
  private @Nullable Process launch(TaskAssignment assignment)
      throws IOException, InterruptedException {
    if (files.claimed()) {
      return null;
    }
    ProcessPlan plan = plan(assignment);
    plan.check();
    ProcessPlan shell = plan.throughShell();
    Process process =
        runtime
            .supervision()
            .launch(files.directory(), shell.command(), shell.dir(), shell.environment());
    boolean ended = false;
    while (main == null && !ended) {
      ended = process.waitFor(LAUNCH_POLL_MILLIS, TimeUnit.MILLISECONDS);
      main = files.task();
    }
    return process;
  }

  private void launched(
      TaskAssignment assignment, @Nullable Process process, @Nullable Throwable failure) {
    CompletableFuture<Void> stage = started;
    if (failure != null) {
      started = null;
      if (stage != null) {
        stage.completeExceptionally(wrapped("cannot start task " + id, failure));
      }
      return;
    }
    phase = Phase.RUNNING;
    if (process == null) {
      look();
    } else {
      Stages.onDone(process.onExit(), (ended, none) -> loop.execute(this::look));
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
              files,
              plan(assignment),
              assignment.container().healthcheck(),
              since,
              this);
    }
  }

  private ProcessPlan plan(TaskAssignment assignment) {
    return ProcessPlan.of(assignment, files, state == null ? List.of() : state.ports());
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
          files.reason(reason);
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
                  this::delete,
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

  /** Blocks. */
  private boolean delete() throws IOException, InterruptedException {
    killProbe();
    files.delete();
    if (state != null) {
      HostPorts.MACHINE.release(id, state.ports());
    }
    return true;
  }

  private void kill() {
    if (phase != Phase.ENDED) {
      halt("KILL");
      timers.add(loop.schedule(KILL_AGAIN, this::kill));
    }
  }

  /** Signals what runs, or keeps it from ever starting. */
  private void halt(String signal) {
    jobs.run(
        () -> {
          if (Files.exists(files.directory()) && !files.bar()) {
            ProcessMark mark = files.task();
            if (mark != null) {
              runtime.supervision().signal(mark, signal);
            }
          }
          return true;
        },
        (done, failure) -> look());
  }

  /** What a probe of an agent that crashed left behind. Blocks. */
  private void killProbe() throws IOException, InterruptedException {
    ProcessMark probe = ProcessMark.read(files.probe());
    if (probe != null) {
      runtime.supervision().signal(probe, "KILL");
    }
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
      jobs.run(this::observe, (over, failure) -> ended(over));
    }
  }

  /** How it ended; null when it did not, or never began. Notes new output. Blocks; any thread. */
  @Nullable TaskExit observe() throws IOException {
    if (!Files.exists(files.directory())) {
      return new TaskExit(NEVER_KNOWN, "the task's files are gone");
    }
    Instant now = runtime.now();
    if (!files.claimed()) {
      return null;
    }
    if (files.barred()) {
      files.deleteSecrets();
      return new TaskExit(NEVER_KNOWN, "stopped before it was started");
    }
    boolean supervised = supervised();
    var code = files.exitCode();
    stdout.observe(now);
    stderr.observe(now);
    if (code.isPresent()) {
      files.deleteSecrets();
      return new TaskExit(code.getAsInt(), files.reason());
    }
    ProcessMark process = files.task();
    if (supervised || (process != null && process.alive())) {
      return null;
    }
    files.deleteSecrets();
    return new TaskExit(NEVER_KNOWN, "the exit code is lost: the supervising process was killed");
  }

  private boolean supervised() throws IOException {
    ProcessMark mark = supervisor;
    if (mark == null) {
      mark = files.supervisor();
      supervisor = mark;
    }
    return mark == null || mark.alive();
  }

  /** Takes note of what {@link #observe} found. */
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
