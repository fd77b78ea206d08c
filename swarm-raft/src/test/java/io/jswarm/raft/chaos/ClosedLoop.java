// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A load that keeps a number of writes in flight: each that ends is followed by another. */
public final class ClosedLoop {
  private static final int MAX_SAMPLES = 4_000_000;

  /** What is written to. */
  @FunctionalInterface
  public interface Target {
    /** Writes a value under a key. */
    CompletionStage<?> put(int key);
  }

  /**
   * What came of it.
   *
   * @param perSecond writes acknowledged in a second
   * @param failed writes that failed; each ends its share of the load
   */
  public record Result(double perSecond, double p50Millis, double p99Millis, int failed) {
    /** In one line, for {@link #parse}. */
    public String toLine() {
      return String.format(
          Locale.ROOT, "%.1f %.4f %.4f %d", perSecond, p50Millis, p99Millis, failed);
    }

    /** What {@link #toLine} made. */
    public static Result parse(String line) {
      String[] words = line.trim().split(" ");
      return new Result(
          Double.parseDouble(words[0]),
          Double.parseDouble(words[1]),
          Double.parseDouble(words[2]),
          Integer.parseInt(words[3]));
    }
  }

  private final Target target;
  private final int keys;
  private final long measureFrom;
  private final long end;
  private final AtomicInteger running;
  private final AtomicInteger nextKey = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();
  private final long[] samples = new long[MAX_SAMPLES];
  private final AtomicInteger taken = new AtomicInteger();
  private final CompletableFuture<Result> result = new CompletableFuture<>();

  private ClosedLoop(Target target, int inFlight, int keys, Duration warmUp, Duration length) {
    this.target = target;
    this.keys = keys;
    this.running = new AtomicInteger(inFlight);
    this.measureFrom = System.nanoTime() + warmUp.toNanos();
    this.end = measureFrom + length.toNanos();
  }

  /**
   * Starts a load; writes to {@code keys} keys in turn. Measures for {@code length} after {@code
   * warmUp}.
   */
  public static CompletionStage<Result> start(
      Target target, int inFlight, int keys, Duration warmUp, Duration length) {
    ClosedLoop load = new ClosedLoop(target, inFlight, keys, warmUp, length);
    for (int i = 0; i < inFlight; i++) {
      load.drive();
    }
    return load.result;
  }

  private void drive() {
    boolean goOn = true;
    while (goOn) {
      long start = System.nanoTime();
      if (start - end >= 0) {
        finish();
        return;
      }
      CompletableFuture<?> put =
          target.put(Math.floorMod(nextKey.getAndIncrement(), keys)).toCompletableFuture();
      if (put.isDone()) {
        goOn = record(start, put.isCompletedExceptionally());
      } else {
        put.whenComplete(
            (value, failure) -> {
              if (record(start, failure != null)) {
                drive();
              }
            });
        return;
      }
    }
  }

  private boolean record(long start, boolean failure) {
    if (failure) {
      failed.incrementAndGet();
      finish();
      return false;
    }
    long now = System.nanoTime();
    if (now - measureFrom >= 0 && now - end < 0) {
      written.incrementAndGet();
      int at = taken.getAndIncrement();
      if (at < MAX_SAMPLES) {
        samples[at] = now - start;
      }
    }
    return true;
  }

  private void finish() {
    if (running.decrementAndGet() > 0) {
      return;
    }
    int count = Math.min(taken.get(), MAX_SAMPLES);
    Arrays.sort(samples, 0, count);
    double seconds = (end - measureFrom) / 1e9;
    result.complete(
        new Result(
            written.get() / seconds,
            count == 0 ? Double.NaN : samples[count / 2] / 1e6,
            count == 0 ? Double.NaN : samples[(int) (count * 0.99)] / 1e6,
            failed.get()));
  }
}
