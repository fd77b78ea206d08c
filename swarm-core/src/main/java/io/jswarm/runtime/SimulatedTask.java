// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static java.util.Objects.requireNonNull;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.Defaults;
import io.jswarm.model.Healthcheck;
import io.jswarm.model.PortConfig;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.spi.TaskRuntime.RuntimeStatus;
import io.jswarm.spi.TaskRuntime.TaskExit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task on a {@link SimulatedHost}, as its {@link SimulatedProgram} sees it. All methods belong on
 * the host's loop, where programs, timers and signal handlers run. What comes after the end of the
 * task is ignored.
 */
public final class SimulatedTask {
  private static final int KEPT_LINES = 10_000;
  private static final int KILLED = 137;

  enum Phase {
    PREPARING,
    PREPARED,
    STARTING,
    RUNNING,
    ENDED
  }

  private final SimulatedHost host;
  private final TaskAssignment assignment;
  private final long pid;
  private List<PortConfig> ports = List.of();
  private volatile Phase phase = Phase.PREPARING;
  private volatile @Nullable Instant startedAt;
  private volatile @Nullable Instant endedAt;
  private @Nullable Integer exitCode;
  private String error = "";
  private boolean healthy;
  private Consumer<String> signalHandler = signal -> exit(0);
  private EventLoop.@Nullable Timer timer;

  private final CompletableFuture<Void> prepared = new CompletableFuture<>();
  private boolean startAsked;
  private CompletableFuture<Void> started = new CompletableFuture<>();
  private CompletableFuture<TaskExit> ended = new CompletableFuture<>();
  private @Nullable List<LogLine> lines;
  private @Nullable List<SimulatedLog> followers;

  SimulatedTask(SimulatedHost host, TaskAssignment assignment, long pid) {
    this.host = host;
    this.assignment = assignment;
    this.pid = pid;
  }

  // What programs use

  /** What the task was started with. */
  public TaskAssignment assignment() {
    return assignment;
  }

  /** The environment of the spec, and what was added to it. */
  public Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>();
    for (String entry : assignment.container().env()) {
      int equals = entry.indexOf('=');
      environment.put(
          equals < 0 ? entry : entry.substring(0, equals),
          equals < 0 ? "" : entry.substring(equals + 1));
    }
    environment.putAll(assignment.environment());
    return environment;
  }

  /** The host's randomness. */
  public RandomSource random() {
    return host.random();
  }

  /** Prints a line on stdout. */
  public void print(String line) {
    print(false, line);
  }

  /** Prints a line on stderr. */
  public void printError(String line) {
    print(true, line);
  }

  /** Runs something later, unless the task has ended by then. */
  public void after(Duration delay, Runnable action) {
    host.loop()
        .schedule(
            delay,
            () -> {
              if (runs()) {
                action.run();
              }
            });
  }

  /**
   * Replaces what a signal does: to exit with 0. SIGKILL cannot be handled.
   *
   * @param handler gets the signal's name without {@code SIG}
   */
  public void onSignal(Consumer<String> handler) {
    signalHandler = requireNonNull(handler, "handler");
  }

  /** From now on the health check succeeds. */
  public void healthy() {
    if (runs()) {
      healthy = true;
      if (phase == Phase.STARTING) {
        phase = Phase.RUNNING;
        cancelTimer();
        started.complete(null);
      }
    }
  }

  /** The health check has failed too often: the runtime stops the task. */
  public void unhealthy() {
    if (runs()) {
      error = "unhealthy";
      started.completeExceptionally(
          new TaskRuntimeException("the task was stopped because it is unhealthy", false));
      stop(Defaults.stopGracePeriod(assignment.container()));
    }
  }

  /** Ends the task. */
  public void exit(int exitCode) {
    if (runs()) {
      end(exitCode);
    }
  }

  // What the host uses

  boolean runs() {
    return phase == Phase.STARTING || phase == Phase.RUNNING;
  }

  Phase phase() {
    return phase;
  }

  List<PortConfig> ports() {
    return ports;
  }

  CompletableFuture<Void> prepared() {
    return prepared;
  }

  CompletableFuture<Void> started() {
    return started;
  }

  CompletableFuture<TaskExit> ended() {
    return ended;
  }

  /** Whether it is time to start: true once. */
  boolean claimStart() {
    boolean claimed = phase == Phase.PREPARED && !startAsked;
    startAsked |= claimed;
    return claimed;
  }

  /** The pull takes its time; then {@code failure} or success. */
  void prepare(List<PortConfig> ports, Duration duration, @Nullable TaskRuntimeException failure) {
    this.ports = ports;
    Runnable done =
        () -> {
          if (failure == null) {
            phase = Phase.PREPARED;
            prepared.complete(null);
          } else {
            host.forget(this);
            prepared.completeExceptionally(failure);
          }
        };
    later(duration, done);
  }

  void start(Duration duration, SimulatedProgram program, @Nullable TaskRuntimeException failure) {
    later(
        duration,
        () -> {
          if (failure != null) {
            started.completeExceptionally(failure);
            end(-1);
            return;
          }
          phase = Phase.STARTING;
          startedAt = host.loop().now();
          host.began(this);
          Healthcheck check = assignment.container().healthcheck();
          boolean checked = !check.test().isEmpty() && !check.test().get(0).equals("NONE");
          if (checked) {
            timer = host.loop().schedule(patience(check), this::unhealthy);
          }
          program.start(this);
          if (!checked) {
            healthy();
          }
        });
  }

  /** When a check that never succeeds is given up. */
  private static Duration patience(Healthcheck check) {
    Duration interval = check.interval().isZero() ? Duration.ofSeconds(30) : check.interval();
    int retries = check.retries() == 0 ? 3 : check.retries();
    return check.startPeriod().plus(interval.multipliedBy(retries));
  }

  private void later(Duration duration, Runnable step) {
    if (duration.isZero()) {
      step.run();
    } else {
      timer = host.loop().schedule(duration, step);
    }
  }

  void stop(Duration grace) {
    if (!runs()) {
      end(-1);
      return;
    }
    started.completeExceptionally(stopped());
    String signal = assignment.container().stopSignal();
    signalHandler.accept(
        signal.isEmpty() ? "TERM" : signal.startsWith("SIG") ? signal.substring(3) : signal);
    if (runs()) {
      after(grace, () -> end(KILLED));
    }
  }

  void end(int code) {
    if (phase == Phase.ENDED) {
      return;
    }
    boolean ran = runs();
    boolean wasHealthy = healthy;
    phase = Phase.ENDED;
    cancelTimer();
    if (ran) {
      endedAt = host.loop().now();
      exitCode = code;
    }
    prepared.completeExceptionally(stopped());
    if (ran && !wasHealthy && error.isEmpty()) {
      started.complete(null);
    }
    started.completeExceptionally(stopped());
    ended.complete(exit());
    if (followers != null) {
      List.copyOf(followers).forEach(follower -> follower.end(null));
    }
  }

  private TaskExit exit() {
    return exitCode == null
        ? new TaskExit(-1, "stopped before it was started")
        : new TaskExit(exitCode, error);
  }

  private static TaskRuntimeException stopped() {
    return new TaskRuntimeException("the task was stopped", false);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** Everybody who waits loses the connection to the engine; the task itself runs on. */
  void disconnect(TaskRuntimeException failure) {
    if (phase == Phase.PREPARING) {
      cancelTimer();
      host.forget(this);
    } else if (phase == Phase.PREPARED) {
      cancelTimer();
      startAsked = false;
    }
    prepared.completeExceptionally(failure);
    started.completeExceptionally(failure);
    if (phase != Phase.ENDED) {
      ended.completeExceptionally(failure);
      ended = new CompletableFuture<>();
      started = new CompletableFuture<>();
      if (phase == Phase.RUNNING) {
        started.complete(null);
      }
    }
  }

  RuntimeStatus status() {
    long visiblePid = runs() ? pid : 0;
    return new RuntimeStatus(
        new ContainerStatus("sim-" + assignment.taskId(), visiblePid, exitCode), runs(), ports);
  }

  SimulatedHost.Run run() {
    return new SimulatedHost.Run(
        assignment.taskId(),
        assignment.task().serviceId(),
        assignment.task().slot(),
        startedAt,
        endedAt);
  }

  // Output

  private void print(boolean stderr, String text) {
    if (phase == Phase.ENDED) {
      return;
    }
    LogLine line = new LogLine(stderr, host.loop().now(), text);
    if (lines == null) {
      lines = new ArrayList<>();
    } else if (lines.size() == KEPT_LINES) {
      lines.subList(0, KEPT_LINES / 2).clear();
    }
    lines.add(line);
    if (followers != null) {
      followers.forEach(follower -> follower.offer(line));
    }
  }

  List<LogLine> lines() {
    return lines == null ? List.of() : lines;
  }

  void follow(SimulatedLog follower) {
    if (followers == null) {
      followers = new ArrayList<>();
    }
    followers.add(follower);
  }

  void unfollow(SimulatedLog follower) {
    if (followers != null) {
      followers.remove(follower);
    }
  }
}
