// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.TaskState;
import java.time.Duration;

/**
 * What a container of some image does on a test node.
 *
 * @param prepare time until it is READY
 * @param prepared READY, or REJECTED if it cannot be prepared
 * @param start time from the order to start until it runs
 * @param runs how long it runs, if at all
 * @param ends the state it ends in by itself
 * @param stop time from the order to stop until it has stopped
 */
record Behaviour(
    Duration prepare,
    TaskState prepared,
    Duration start,
    Duration runs,
    TaskState ends,
    Duration stop) {
  /** Longer than any test. */
  private static final Duration FOR_EVER = Duration.ofDays(1000);

  /** Comes up at once, runs for ever, stops at once. */
  static final Behaviour GOOD =
      new Behaviour(
          Duration.ZERO,
          TaskState.READY,
          Duration.ZERO,
          FOR_EVER,
          TaskState.COMPLETE,
          Duration.ZERO);

  boolean endsByItself() {
    return !runs.equals(FOR_EVER);
  }

  Behaviour startsIn(Duration start) {
    return new Behaviour(prepare, prepared, start, runs, ends, stop);
  }

  Behaviour stopsIn(Duration stop) {
    return new Behaviour(prepare, prepared, start, runs, ends, stop);
  }

  Behaviour failsAfter(Duration runs) {
    return new Behaviour(prepare, prepared, start, runs, TaskState.FAILED, stop);
  }

  Behaviour completesAfter(Duration runs) {
    return new Behaviour(prepare, prepared, start, runs, TaskState.COMPLETE, stop);
  }

  Behaviour cannotBePrepared() {
    return new Behaviour(prepare, TaskState.REJECTED, start, runs, ends, stop);
  }
}
