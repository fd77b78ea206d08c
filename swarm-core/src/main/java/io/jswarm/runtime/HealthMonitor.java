// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.Healthcheck;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Probes a running process as Docker does: at intervals, with a timeout; so many failures in a row
 * make it unhealthy, where failures in the start period do not count before the first success. On
 * the runtime's loop.
 */
final class HealthMonitor {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration START_INTERVAL = Duration.ofSeconds(5);
  private static final int RETRIES = 3;
  private static final int SHOWN_OUTPUT = 200;

  /** Hears of the health, on the loop. */
  interface Listener {
    void healthy();

    /** Called once; {@code detail} is what the last probe printed, or empty. */
    void unhealthy(String detail);
  }

  private final EventLoop loop;
  private final Executor blocking;
  private final Supervision supervision;
  private final TaskFiles files;
  private final ProcessPlan probe;
  private final Healthcheck check;
  private final Instant startedAt;
  private final Listener listener;
  private EventLoop.@Nullable Timer timer;
  private boolean healthyOnce;
  private int failures;
  private volatile boolean stopped;
  private @Nullable Process running;

  /**
   * Begins to probe.
   *
   * @param plan how the task itself runs
   * @param startedAt when the task was started
   */
  HealthMonitor(
      EventLoop loop,
      Executor blocking,
      Supervision supervision,
      TaskFiles files,
      ProcessPlan plan,
      Healthcheck check,
      Instant startedAt,
      Listener listener) {
    this.loop = loop;
    this.blocking = blocking;
    this.supervision = supervision;
    this.files = files;
    this.probe = plan.withCommand(command(check)).throughShell();
    this.check = check;
    this.startedAt = startedAt;
    this.listener = listener;
    scheduleNext();
  }

  /** Whether there is anything to probe; without an image, nothing is inherited. */
  static boolean wanted(Healthcheck check) {
    return check.test().size() > 1;
  }

  private static List<String> command(Healthcheck check) {
    List<String> test = check.test();
    if (test.get(0).equals("CMD-SHELL")) {
      List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c"));
      shell.addAll(test.subList(1, test.size()));
      return shell;
    }
    return test.subList(1, test.size());
  }

  /** Ends the probing, with the probe that runs. */
  void stop() {
    stopped = true;
    cancelTimer();
    if (running != null) {
      kill(running);
    }
  }

  private void scheduleNext() {
    Duration interval =
        starting() ? or(check.startInterval(), START_INTERVAL) : or(check.interval(), INTERVAL);
    timer = loop.schedule(interval, this::probe);
  }

  private boolean starting() {
    return !healthyOnce && loop.now().isBefore(startedAt.plus(check.startPeriod()));
  }

  private static Duration or(Duration value, Duration otherwise) {
    return value.isZero() ? otherwise : value;
  }

  private void probe() {
    elsewhere(
        () -> {
          if (stopped) {
            return;
          }
          try {
            Process process =
                supervision.probe(
                    files.directory(),
                    files.probeOutput(),
                    probe.command(),
                    probe.dir(),
                    probe.environment());
            if (stopped) {
              kill(process);
            }
            loop.execute(() -> watch(process));
          } catch (IOException e) {
            loop.execute(() -> failed(String.valueOf(e.getMessage())));
          }
        },
        () -> {});
  }

  private void watch(Process process) {
    running = process;
    timer = loop.schedule(or(check.timeout(), TIMEOUT), () -> kill(process));
    Stages.onDone(process.onExit(), (ended, failure) -> loop.execute(() -> ended(process)));
  }

  private void ended(Process process) {
    running = null;
    cancelTimer();
    if (stopped) {
      return;
    }
    if (process.exitValue() == 0) {
      failures = 0;
      healthyOnce = true;
      listener.healthy();
      scheduleNext();
    } else {
      elsewhere(
          () -> {
            String output = output();
            loop.execute(() -> failed(output));
          },
          () -> {});
    }
  }

  private void failed(String output) {
    if (stopped) {
      return;
    }
    if (!starting() && ++failures >= (check.retries() == 0 ? RETRIES : check.retries())) {
      stopped = true;
      listener.unhealthy(output);
    } else {
      scheduleNext();
    }
  }

  private String output() {
    try {
      String text = Files.readString(files.probeOutput()).strip();
      return text.substring(0, Math.min(text.length(), SHOWN_OUTPUT));
    } catch (IOException e) {
      return "";
    }
  }

  private void kill(Process process) {
    elsewhere(
        () -> {
          try {
            ProcessMark mark = ProcessMark.read(files.probe());
            if (mark != null && mark.pid() == process.pid()) {
              supervision.signal(mark, "KILL");
            }
          } catch (IOException e) {
            // then the process alone has to do
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            process.destroyForcibly();
          }
        },
        process::destroyForcibly);
  }

  private void elsewhere(Runnable work, Runnable otherwise) {
    try {
      blocking.execute(work);
    } catch (RejectedExecutionException e) {
      otherwise.run(); // the node is closing
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
