// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Keeps what a log stream delivered; complains when the sink's contract is broken. Thread-safe. */
public final class LogCapture implements TaskRuntime.LogSink {
  private final List<TaskRuntime.LogLine> lines = new ArrayList<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private @Nullable String violation;

  @Override
  public synchronized void onLine(TaskRuntime.LogLine line) {
    if (end.isDone()) {
      violation = "a line after the end: " + line;
    }
    lines.add(line);
    waiters.removeIf(waiter -> waiter.wanted.test(this) && waiter.seen.complete(null));
  }

  @Override
  public synchronized void onEnd(@Nullable Throwable error) {
    if (end.isDone()) {
      violation = "a second end";
    } else if (error == null) {
      end.complete(null);
    } else {
      end.completeExceptionally(error);
    }
  }

  /** Completes when the stream has ended, exceptionally if it ended with an error. */
  public CompletionStage<Void> end() {
    return end;
  }

  /** Completes when a line with this text came by. */
  public CompletionStage<Void> line(String text) {
    return when(capture -> capture.texts().contains(text));
  }

  /** Completes when so many lines came by. */
  public CompletionStage<Void> lines(int count) {
    return when(capture -> capture.all().size() >= count);
  }

  private synchronized CompletionStage<Void> when(Predicate<LogCapture> wanted) {
    Waiter waiter = new Waiter(wanted, new CompletableFuture<>());
    if (wanted.test(this)) {
      waiter.seen.complete(null);
    } else {
      waiters.add(waiter);
    }
    return waiter.seen;
  }

  /** All lines so far. */
  public synchronized List<TaskRuntime.LogLine> all() {
    if (violation != null) {
      throw new AssertionError(violation);
    }
    return List.copyOf(lines);
  }

  /** The texts of all lines so far. */
  public List<String> texts() {
    return all().stream().map(TaskRuntime.LogLine::text).toList();
  }

  /** The texts of one stream's lines so far. */
  public List<String> texts(boolean stderr) {
    return all().stream()
        .filter(line -> line.stderr() == stderr)
        .map(TaskRuntime.LogLine::text)
        .toList();
  }

  private record Waiter(Predicate<LogCapture> wanted, CompletableFuture<Void> seen) {}
}
