// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.LogSink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One open log stream of a simulated task. On the host's loop. */
final class SimulatedLog {
  private final SimulatedTask task;
  private final LogOptions options;
  private final LogSink sink;
  private boolean ended;

  SimulatedLog(SimulatedTask task, LogOptions options, LogSink sink) {
    this.task = task;
    this.options = options;
    this.sink = sink;
  }

  void open() {
    List<LogLine> wanted = task.lines().stream().filter(this::wants).toList();
    int from = options.tail() < 0 ? 0 : Math.max(0, wanted.size() - options.tail());
    wanted.subList(from, wanted.size()).forEach(sink::onLine);
    if (options.follow() && task.phase() != SimulatedTask.Phase.ENDED) {
      task.follow(this);
    } else {
      end(null);
    }
  }

  void offer(LogLine line) {
    if (!ended && wants(line)) {
      sink.onLine(line);
    }
  }

  void end(@Nullable Throwable error) {
    if (!ended) {
      ended = true;
      task.unfollow(this);
      sink.onEnd(error);
    }
  }

  boolean ended() {
    return ended;
  }

  private boolean wants(LogLine line) {
    return (line.stderr() ? options.stderr() : options.stdout())
        && (options.since() == null || !line.timestamp().isBefore(options.since()));
  }
}
