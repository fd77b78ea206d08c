// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.LogSink;
import io.jswarm.spi.TaskRuntime.LogSubscription;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One open log stream of a process: merges the two outputs by time and hands them to the sink.
 * {@link #pump} blocks and belongs on the blocking executor; one at a time, and all calls of the
 * sink, happen under this object's lock.
 */
final class LogStream implements LogSubscription {
  private final List<Source> sources = new ArrayList<>();
  private final LogOptions options;
  private final LogSink sink;
  private final Executor executor;
  private final AtomicBoolean pumping = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile boolean ended;
  private boolean tailDone;

  LogStream(
      CapturedLog stdout, CapturedLog stderr, LogOptions options, LogSink sink, Executor executor) {
    if (options.stdout()) {
      sources.add(new Source(stdout));
    }
    if (options.stderr()) {
      sources.add(new Source(stderr));
    }
    this.options = options;
    this.sink = sink;
    this.executor = executor;
  }

  boolean ended() {
    return ended;
  }

  /**
   * Has the sink get what is new, elsewhere and soon; nothing when that is under way.
   *
   * @param over whether the task has ended, so that this is all
   */
  void pump(boolean over, Instant now) {
    if (!pumping.compareAndSet(false, true)) {
      return;
    }
    run(
        () -> {
          try {
            deliver(over || !options.follow(), now);
          } finally {
            pumping.set(false);
          }
        });
  }

  private void run(Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException e) {
      work.run(); // the node is closing; what is left is to tell the sink
    }
  }

  private synchronized void deliver(boolean last, Instant now) {
    try {
      for (Source source : sources) {
        source.log.observe(now);
      }
      Deque<LogLine> tail = tailDone || options.tail() < 0 ? null : new ArrayDeque<>();
      for (LogLine line = next(last, now); line != null && !cancelled; line = next(last, now)) {
        if (options.since() != null && line.timestamp().isBefore(options.since())) {
          continue;
        }
        if (tail == null) {
          sink.onLine(line);
          continue;
        }
        tail.add(line);
        if (tail.size() > options.tail()) {
          tail.remove();
        }
      }
      if (tail != null && !cancelled) {
        tail.forEach(sink::onLine);
      }
      tailDone = true;
      if (last) {
        end(null);
      }
    } catch (IOException | RuntimeException e) {
      end(e);
    }
  }

  /** The oldest line there is. */
  private @Nullable LogLine next(boolean last, Instant now) throws IOException {
    Source oldest = null;
    LogLine line = null;
    for (Source source : sources) {
      LogLine candidate = source.peek(last, now);
      if (candidate != null && (line == null || candidate.timestamp().isBefore(line.timestamp()))) {
        oldest = source;
        line = candidate;
      }
    }
    if (oldest != null) {
      oldest.lines.remove();
    }
    return line;
  }

  private synchronized void end(@Nullable Throwable error) {
    if (!ended) {
      ended = true;
      sink.onEnd(error);
    }
  }

  /** Ends the stream; a line that is being delivered is the last one. */
  @Override
  public void cancel() {
    cancelled = true;
    run(() -> end(null));
  }

  private static final class Source {
    private final CapturedLog log;
    private CapturedLog.@Nullable Cursor cursor;
    private final Queue<LogLine> lines = new ArrayDeque<>();

    Source(CapturedLog log) {
      this.log = log;
    }

    @Nullable LogLine peek(boolean last, Instant now) throws IOException {
      if (cursor == null) {
        cursor = log.begin();
      }
      if (lines.isEmpty()) {
        lines.addAll(log.read(cursor, last, now));
      }
      return lines.peek();
    }
  }
}
