// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What the tasks of a {@link SimulatedHost} do: called once on the host's loop when a task starts.
 * It prints, sets timers and exits through the task it is given, and can look at its assignment to
 * do different things for different services. One that returns without doing anything runs until it
 * is stopped, and then exits with 0.
 */
@FunctionalInterface
public interface SimulatedProgram {
  /** Begins to run. */
  void start(SimulatedTask task);

  /** Runs until stopped. */
  static SimulatedProgram untilStopped() {
    return task -> {};
  }

  /** Runs for a while and exits with the code. */
  static SimulatedProgram exitingAfter(Duration duration, int exitCode) {
    requireNonNull(duration, "duration");
    return task -> task.after(duration, () -> task.exit(exitCode));
  }

  /**
   * Runs until stopped, but now and then crashes.
   *
   * @param probability 0 to 1, that one start ends in a crash
   * @param within the crash comes somewhere in this time after the start
   */
  static SimulatedProgram crashing(double probability, Duration within, int exitCode) {
    requireNonNull(within, "within");
    return task -> {
      if (task.random().nextDouble() < probability) {
        long nanos = (long) (task.random().nextDouble() * within.toNanos());
        task.after(Duration.ofNanos(nanos), () -> task.exit(exitCode));
      }
    };
  }
}
