// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for other processes. */
final class Waiting {
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(60);
  private static final long LOOK_MILLIS = 20;

  private Waiting() {}

  /** Returns after how many milliseconds the condition held; a command that fails counts as no. */
  static long until(String what, Callable<Boolean> condition) {
    long begin = System.nanoTime();
    String last = "";
    while (System.nanoTime() - begin < LIMIT) {
      try {
        if (condition.call()) {
          return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        }
        Thread.sleep(LOOK_MILLIS);
      } catch (NodeMachine.CommandFailedException e) {
        last = ": " + e.getMessage();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    throw new AssertionError("waited in vain for " + what + last);
  }
}
