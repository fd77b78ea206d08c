// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.spi.TaskRuntime;
import java.util.function.Consumer;

/**
 * Which output is wanted and who gets it.
 *
 * @param options streams, follow, tail, since
 * @param onLine called for each line on the control loop; must not block
 */
public record LogQuery(TaskRuntime.LogOptions options, Consumer<Line> onLine) {
  /** All output so far. */
  public static LogQuery all(Consumer<Line> onLine) {
    return new LogQuery(TaskRuntime.LogOptions.ALL, onLine);
  }

  /** All output so far and from now on. */
  public static LogQuery follow(Consumer<Line> onLine) {
    return new LogQuery(new TaskRuntime.LogOptions(true, true, true, -1, null), onLine);
  }

  /** A line of output and where it is from. */
  public record Line(String serviceId, String taskId, String nodeId, TaskRuntime.LogLine line) {}
}
