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
    long before = validToken ? validNanos : invalidNanos;
    long earliest = nowNanos - BURST * INTERVAL.toNanos();
    long next = (before - earliest < 0 ? earliest : before) + INTERVAL.toNanos();
    if (next - nowNanos > 0) {
      return false; // not counted: who is refused asks again, and would keep all others out
    }
    if (validToken) {
      validNanos = next;
    } else {
      invalidNanos = next;
    }
    return true;
  }
}
