// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import java.time.Duration;
import java.time.Instant;

/** A span of time as people say it. */
final class Age {
  private Age() {}

  static String of(Instant then, Instant now) {
    long seconds = Math.max(0, Duration.between(then, now).toSeconds());
    if (seconds < 60) {
      return count(seconds, "second");
    } else if (seconds < 3600) {
      return count(seconds / 60, "minute");
    } else if (seconds < 48 * 3600) {
      return count(seconds / 3600, "hour");
    }
    return count(seconds / (24 * 3600), "day");
  }

  private static String count(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }
}
