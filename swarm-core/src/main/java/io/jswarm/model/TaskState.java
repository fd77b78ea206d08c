// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/**
 * The life of a task, in order (S2.1). Observed states never go back, desired states never
 * decrease.
 */
public enum TaskState {
  /** Exists, nothing allocated. */
  NEW(0),
  /** Network things are ready; waits for a node. */
  PENDING(64),
  /** A node is chosen; its agent does not know yet. */
  ASSIGNED(192),
  /** The agent has it. */
  ACCEPTED(256),
  /** The agent pulls, creates networks, volumes and the container. */
  PREPARING(320),
  /** Could start now; waits while READY is desired. */
  READY(384),
  /** Start issued; with a health check, until first healthy. */
  STARTING(448),
  /** Running, and healthy. */
  RUNNING(512),
  /** Ended with exit code 0. */
  COMPLETE(576),
  /** Stopped because asked. */
  SHUTDOWN(640),
  /** Ended otherwise, unhealthy, or broke after its start began. */
  FAILED(704),
  /** Could not be started, or is no longer allowed on its node. */
  REJECTED(768),
  /** Only ever desired: stop and forget. */
  REMOVE(800),
  /** Node gone too long or deleted; the outcome is unknown. */
  ORPHANED(832);

  private final int number;

  TaskState(int number) {
    this.number = number;
  }

  /** The number of this state on the wire; gaps leave room for states to come. */
  public int number() {
    return number;
  }

  /** Whether a task observed in this state will never run again: anything after RUNNING. */
  public boolean isTerminal() {
    return number > RUNNING.number;
  }

  /** Whether this comes earlier than the other. */
  public boolean isBefore(TaskState other) {
    return number < other.number;
  }

  /** Whether this comes later than the other. */
  public boolean isAfter(TaskState other) {
    return number > other.number;
  }

  /** Whether this is the other or earlier. */
  public boolean atMost(TaskState other) {
    return number <= other.number;
  }

  /** Whether this is the other or later. */
  public boolean atLeast(TaskState other) {
    return number >= other.number;
  }
}
