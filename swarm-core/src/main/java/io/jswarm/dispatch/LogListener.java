// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.spi.TaskRuntime.LogLine;
import org.jspecify.annotations.Nullable;

/** Reads the output of tasks. Called on the executor of the subscription, one call at a time. */
public interface LogListener {
  /** A line; lines of one stream of one task come in order. */
  void onLine(TaskLine line);

  /**
   * The end; nothing comes after it.
   *
   * @param incomplete what is missing and why; null when nothing is
   */
  void onEnd(@Nullable String incomplete);

  /**
   * A line and where it comes from.
   *
   * @param serviceId empty for a task without a service
   */
  record TaskLine(String taskId, String nodeId, String serviceId, LogLine line) {}
}
