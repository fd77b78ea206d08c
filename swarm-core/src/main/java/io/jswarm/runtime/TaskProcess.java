// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.loop.TimeSource;
import io.jswarm.model.PortConfig;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime.TaskExit;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The blocking half of {@link ProcessTask}: what is done to one task's files and processes. Keeps
 * nothing that is not in the files. Looking is for any thread; all else comes one after the other.
 */
final class TaskProcess {
  /** The exit code of a task that has none. */
  static final int UNKNOWN = -1;

  private static final int LAUNCH_POLL_MILLIS = 2;

  /** Nobody kills a supervisor by chance, so whether it lives is asked only now and then. */
  private static final int LOOKS_PER_CHECK = 10;

  private final String id;
  private final TaskFiles files;
  private final Supervision supervision;
  private final TimeSource time;
  private final CapturedLog stdout;
  private final CapturedLog stderr;
  private final AtomicInteger looks = new AtomicInteger();

  TaskProcess(String id, TaskFiles files, Supervision supervision, TimeSource time, long logLimit) {
    this.id = id;
    this.files = files;
    this.supervision = supervision;
    this.time = time;
    this.stdout = new CapturedLog(files.directory(), false, logLimit);
    this.stderr = new CapturedLog(files.directory(), true, logLimit);
  }

  TaskFiles files() {
    return files;
  }

  CapturedLog stdout() {
    return stdout;
  }

  CapturedLog stderr() {
    return stderr;
  }

  /**
   * What an earlier agent left.
   *
   * @param claimed whether it was started, or barred from it
   * @param main the main process, if it ever ran
   * @param exit null while it runs or was not started
   */
  record Found(
      ProcessState state,
      boolean claimed,
      boolean barred,
      @Nullable ProcessMark main,
      @Nullable TaskExit exit) {}

  /** Looks for what is there, and tidies up when it is nothing. */
  @Nullable Found find() throws IOException, InterruptedException {
    ProcessState state = files.state();
    killProbe();
    if (state == null) {
      files.delete();
      return null;
    }
    HostPorts.MACHINE.adopt(id, state.ports());
    boolean claimed = files.claimed();
    return new Found(state, claimed, files.barred(), files.task(), claimed ? exit() : null);
  }

  /** Makes the files of the task, unless an earlier agent did. */
  ProcessState create(TaskAssignment assignment) throws IOException {
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

  /** Starts the task; returns when its program runs, with the supervisor if that is ours. */
  @Nullable Process launch(ProcessPlan plan) throws IOException, InterruptedException {
    if (files.claimed()) {
      return null;
    }
    plan.check();
    ProcessPlan shell = plan.throughShell();
    Process process =
        supervision.launch(files.directory(), shell.command(), shell.dir(), shell.environment());
    boolean ended = false;
    while (files.task() == null && !ended) {
      ended = process.waitFor(LAUNCH_POLL_MILLIS, TimeUnit.MILLISECONDS);
    }
    return process;
  }

  /** Signals what runs, or keeps it from ever starting. */
  void halt(String signal) throws IOException, InterruptedException {
    if (Files.exists(files.directory()) && !files.bar()) {
      ProcessMark main = files.task();
      if (main != null) {
        supervision.signal(main, signal);
      }
    }
  }

  /** Notes new output, and whether it ended since; cheap enough to be done all the time. */
  @Nullable TaskExit look() throws IOException {
    Instant now = time.now();
    stdout.observe(now);
    stderr.observe(now);
    boolean check = looks.incrementAndGet() % LOOKS_PER_CHECK == 0;
    return check || files.exited() ? exit() : null;
  }

  /** How it ended; null when it did not, or never began. */
  @Nullable TaskExit exit() throws IOException {
    if (!Files.exists(files.directory())) {
      return new TaskExit(UNKNOWN, "the task's files are gone");
    }
    if (!files.claimed()) {
      return null;
    }
    if (files.barred()) {
      files.deleteSecrets();
      return new TaskExit(UNKNOWN, "stopped before it was started");
    }
    ProcessMark supervisor = files.supervisor();
    boolean supervised = supervisor == null || supervisor.alive();
    OptionalInt code = files.exitCode();
    if (code.isPresent()) {
      Instant now = time.now();
      stdout.observe(now);
      stderr.observe(now);
      files.deleteSecrets();
      return new TaskExit(code.getAsInt(), files.reason());
    }
    ProcessMark main = files.task();
    if (supervised || (main != null && main.alive())) {
      return null;
    }
    files.deleteSecrets();
    return new TaskExit(UNKNOWN, "the exit code is lost: the supervising process was killed");
  }

  /** Deletes everything of a task that has ended. */
  void delete() throws IOException, InterruptedException {
    killProbe();
    ProcessState state = files.state();
    files.delete();
    if (state != null) {
      HostPorts.MACHINE.release(id, state.ports());
    }
  }

  /** What a probe of an agent that crashed left behind. */
  private void killProbe() throws IOException, InterruptedException {
    ProcessMark probe = ProcessMark.read(files.probe());
    if (probe != null) {
      supervision.signal(probe, "KILL");
    }
  }
}
