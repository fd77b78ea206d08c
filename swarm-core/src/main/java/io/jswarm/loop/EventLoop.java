// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * One thread of decisions. Everything an owner of state does happens in a turn of its loop: the
 * inputs that waited, then the timers that are due, then the turn-end hooks. Time is read once per
 * turn.
 *
 * <p>Thread-safety: {@link #execute}, {@link #schedule} and {@link #close} may be called from any
 * thread; everything else only on the loop.
 */
public interface EventLoop extends Executor, AutoCloseable {
  /** The name given at creation; threads and failures carry it. */
  String name();

  /** Queues an input; inputs of one caller run in the order given. Dropped after {@link #close}. */
  @Override
  void execute(Runnable input);

  /**
   * Runs {@code task} on the loop once {@code delay} has passed; zero or less means with the next
   * turn.
   */
  Timer schedule(Duration delay, Runnable task);

  /** True on the loop's own thread while it runs a turn. */
  boolean inLoop();

  /** Fails loudly when state of this loop is touched from elsewhere. */
  default void assertInLoop() {
    if (!inLoop()) {
      throw new IllegalStateException(
          "not on loop " + name() + "; hand the work over with execute()");
    }
  }

  /** Monotonic time of the present turn, in nanoseconds. */
  long nanoTime();

  /** Wall-clock time of the present turn. */
  Instant now();

  /** Adds a hook that runs at the end of every turn, in the order added. */
  void onTurnEnd(Runnable hook);

  /**
   * Stops after the present turn and drops what is queued. Does not wait when called on the loop
   * itself.
   */
  @Override
  void close();

  /** A scheduled task that can be taken back. */
  @FunctionalInterface
  interface Timer {
    /** Prevents the task from running if it has not started; any thread. */
    void cancel();
  }

  /** Makes loops; simulation makes loops that all share one thread and one virtual clock. */
  @FunctionalInterface
  interface Factory {
    /** Starts a loop. */
    EventLoop create(String name);
  }
}
