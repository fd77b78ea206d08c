// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.time.Duration;

/** Something failed inside a simulated world; says how to get there again. */
public final class SimulationFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SimulationFailure(long seed, Duration elapsed, String loop, Throwable cause) {
    super("seed " + seed + ", virtual time " + elapsed + ", loop " + loop + ": " + cause, cause);
  }
}
