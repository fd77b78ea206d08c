// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import java.time.Duration;

/**
 * What goes wrong with messages in one direction.
 *
 * @param drop probability that a message is lost, 0 to 1
 * @param duplicate probability that it arrives a second time, later
 * @param reorder probability that it does not wait for those sent before it
 * @param minDelay shortest time under way
 * @param maxDelay longest time under way
 */
public record LinkFaults(
    double drop, double duplicate, double reorder, Duration minDelay, Duration maxDelay) {
  /** A direction in which nothing goes wrong. */
  public static final LinkFaults NONE = new LinkFaults(0, 0, 0, Duration.ZERO, Duration.ZERO);

  public LinkFaults {
    requireProbability("drop", drop);
    requireProbability("duplicate", duplicate);
    requireProbability("reorder", reorder);
    if (minDelay.isNegative() || maxDelay.compareTo(minDelay) < 0) {
      throw new IllegalArgumentException("delay range " + minDelay + " to " + maxDelay);
    }
  }

  /** A direction in which messages only take time. */
  public static LinkFaults delay(Duration min, Duration max) {
    return new LinkFaults(0, 0, 0, min, max);
  }

  private static void requireProbability(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " is a probability, not " + value);
    }
  }
}
