// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import java.time.Duration;

/**
 * How many may ask to be let in: a burst, then so many a second, counted apart for those with a
 * valid token and those without, so that a flood of guesses does not keep nodes out. On the control
 * loop.
 */
final class AdmissionLimit {
  private static final int BURST = 200;
  private static final Duration INTERVAL = Duration.ofMillis(20);

  private long validNanos;
  private long invalidNanos;
  private boolean begun;

  /** Whether this one may go on. */
  boolean admit(boolean validToken, long nowNanos) {
    if (!begun) {
      begun = true;
      validNanos = nowNanos - BURST * INTERVAL.toNanos();
      invalidNanos = validNanos;
    }
    long earliest = nowNanos - BURST * INTERVAL.toNanos();
    if (validToken) {
      validNanos = Math.max(validNanos, earliest) + INTERVAL.toNanos();
      boolean admitted = validNanos <= nowNanos;
      validNanos = Math.min(validNanos, nowNanos + INTERVAL.toNanos());
      return admitted;
    }
    invalidNanos = Math.max(invalidNanos, earliest) + INTERVAL.toNanos();
    boolean admitted = invalidNanos <= nowNanos;
    invalidNanos = Math.min(invalidNanos, nowNanos + INTERVAL.toNanos());
    return admitted;
  }
}
