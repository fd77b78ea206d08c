// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.loop.RandomSource;
import java.time.Duration;

/** How long to wait before the next attempt: ever longer, at random, up to eight seconds (S9.4). */
final class Backoff {
  private static final long STEP_NANOS = Duration.ofMillis(100).toNanos();
  private static final long MOST_NANOS = Duration.ofSeconds(8).toNanos();

  private final RandomSource random;
  private long nanos;

  Backoff(RandomSource random) {
    this.random = random;
  }

  /** The next wait. */
  Duration next() {
    nanos = Math.min(2 * nanos + STEP_NANOS, MOST_NANOS);
    return Duration.ofNanos((long) (random.nextDouble() * nanos));
  }

  /** Something worked. */
  void reset() {
    nanos = 0;
  }
}
