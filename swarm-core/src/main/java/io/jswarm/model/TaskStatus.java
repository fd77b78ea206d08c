// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was last observed of a task.
 *
 * @param timestamp when, by the clock of the observer
 * @param message what happened, in words
 * @param error why it failed or waits; empty = no error
 * @param ports host-mode ports with the real numbers
 * @param appliedBy the leader that stored this report; empty = not yet
 * @param appliedAt when it was stored, by that leader's clock; null = not yet
 */
public record TaskStatus(
    TaskState state,
    Instant timestamp,
    String message,
    String error,
    @Nullable ContainerStatus container,
    List<PortConfig> ports,
    String appliedBy,
    @Nullable Instant appliedAt) {
  public TaskStatus {
    requireNonNull(state, "state");
    requireNonNull(timestamp, "timestamp");
    requireNonNull(message, "message");
    requireNonNull(error, "error");
    ports = List.copyOf(ports);
    requireNonNull(appliedBy, "appliedBy");
  }

  /** A status with nothing but state, time and message. */
  public static TaskStatus of(TaskState state, Instant timestamp, String message) {
    return new TaskStatus(state, timestamp, message, "", null, List.of(), "", null);
  }

  /** The same container and ports in another state; clears the error. */
  public TaskStatus advance(TaskState state, Instant timestamp, String message) {
    return new TaskStatus(state, timestamp, message, "", container, ports, appliedBy, appliedAt);
  }

  /** The same with an error; empty clears it. */
  public TaskStatus withError(String error) {
    return new TaskStatus(state, timestamp, message, error, container, ports, appliedBy, appliedAt);
  }

  /** The same with another message. */
  public TaskStatus withMessage(String message) {
    return new TaskStatus(state, timestamp, message, error, container, ports, appliedBy, appliedAt);
  }

  /** The same with another container status. */
  public TaskStatus withContainer(@Nullable ContainerStatus container) {
    return new TaskStatus(state, timestamp, message, error, container, ports, appliedBy, appliedAt);
  }

  /** The same with other ports. */
  public TaskStatus withPorts(List<PortConfig> ports) {
    return new TaskStatus(state, timestamp, message, error, container, ports, appliedBy, appliedAt);
  }

  /** The same, marked as stored by the given leader at the given time (S2.2). */
  public TaskStatus withApplied(String appliedBy, Instant appliedAt) {
    return new TaskStatus(state, timestamp, message, error, container, ports, appliedBy, appliedAt);
  }
}
