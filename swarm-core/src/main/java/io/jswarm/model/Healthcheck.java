// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a container is found to be healthy.
 *
 * @param test empty = as the image says; {@code NONE}; {@code CMD} and arguments; {@code CMD-SHELL}
 *     and a line
 * @param interval time between probes; ZERO (as for the others) = as the image says
 */
public record Healthcheck(
    List<String> test,
    Duration interval,
    Duration timeout,
    int retries,
    Duration startPeriod,
    Duration startInterval) {
  public Healthcheck {
    test = List.copyOf(test);
    requireNonNull(interval, "interval");
    requireNonNull(timeout, "timeout");
    requireNonNull(startPeriod, "startPeriod");
    requireNonNull(startInterval, "startInterval");
  }

  /** Whatever the image says. */
  public static final Healthcheck INHERIT =
      new Healthcheck(List.of(), Duration.ZERO, Duration.ZERO, 0, Duration.ZERO, Duration.ZERO);

  /** No health check, even if the image has one. */
  public static Healthcheck none() {
    return INHERIT.withTest(List.of("NONE"));
  }

  /** Runs a program; exit code 0 is healthy. */
  public static Healthcheck command(String... command) {
    List<String> test = new ArrayList<>(List.of("CMD"));
    test.addAll(List.of(command));
    return INHERIT.withTest(test);
  }

  /** Runs a line in the container's shell; exit code 0 is healthy. */
  public static Healthcheck shell(String line) {
    return INHERIT.withTest(List.of("CMD-SHELL", line));
  }

  private Healthcheck withTest(List<String> test) {
    return new Healthcheck(test, interval, timeout, retries, startPeriod, startInterval);
  }

  /** The same with another time between probes. */
  public Healthcheck withInterval(Duration interval) {
    return new Healthcheck(test, interval, timeout, retries, startPeriod, startInterval);
  }

  /** The same with another time a probe may take. */
  public Healthcheck withTimeout(Duration timeout) {
    return new Healthcheck(test, interval, timeout, retries, startPeriod, startInterval);
  }

  /** The same with another number of failures in a row that make a container unhealthy. */
  public Healthcheck withRetries(int retries) {
    return new Healthcheck(test, interval, timeout, retries, startPeriod, startInterval);
  }

  /**
   * The same with another time after the start in which failures do not count, probed at the given
   * pace.
   */
  public Healthcheck withStart(Duration startPeriod, Duration startInterval) {
    return new Healthcheck(test, interval, timeout, retries, startPeriod, startInterval);
  }
}
