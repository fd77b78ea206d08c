// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.time.Instant;

/**
 * Where time comes from. Decisions use {@link #nanoTime()}; only stored timestamps use wall time.
 */
public interface TimeSource {
  /** Monotonic nanoseconds with an arbitrary origin. */
  long nanoTime();

  /** Wall-clock time, for the timestamps of stored objects. Never decides anything. */
  Instant now();
}
