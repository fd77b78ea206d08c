// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.dispatch.LogListener;
import io.jswarm.spi.TaskRuntime;
import java.util.function.Consumer;

/**
 * Which output is wanted and who gets it.
 *
 * @param options streams, follow, tail, since
 * @param onLine called for each line, one at a time, where blocking is allowed
 */
public record LogQuery(TaskRuntime.LogOptions options, Consumer<LogListener.TaskLine> onLine) {
  /** All output so far. */
  public static LogQuery all(Consumer<LogListener.TaskLine> onLine) {
    return new LogQuery(TaskRuntime.LogOptions.ALL, onLine);
  }

  /** All output so far and from now on. */
  public static LogQuery follow(Consumer<LogListener.TaskLine> onLine) {
    return new LogQuery(new TaskRuntime.LogOptions(true, true, true, -1, null), onLine);
  }
}
