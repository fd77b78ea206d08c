// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** The real clock, the operating system's randomness and real threads. */
final class SystemEnvironment {
  /** Enough for every container of a busy node to have one blocking call open. */
  private static final int BLOCKING_THREADS = 64;

  private SystemEnvironment() {}

  static Environment create() {
    SecureRandom secure = new SecureRandom();
    return new Environment(
        Clock.SYSTEM,
        RandomSource.seeded(secure.nextLong()),
        IdGenerator.from(new SecureWords(secure)),
        name -> new ThreadEventLoop(name, Clock.SYSTEM),
        new BlockingPool(),
        false,
        SystemEnvironment::await);
  }

  private static boolean await(CompletionStage<?> stage, Duration timeout) {
    CountDownLatch done = new CountDownLatch(1);
    stage.whenComplete((value, error) -> done.countDown());
    try {
      return done.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Random words, fetched many at a time: each fetch is a call of the operating system. */
  private static final class SecureWords implements LongSupplier {
    private final SecureRandom source;
    private final byte[] fetched = new byte[96 * Long.BYTES];
    private final ByteBuffer words = ByteBuffer.wrap(fetched).limit(0);

    SecureWords(SecureRandom source) {
      this.source = source;
    }

    /** The generator calls it under a lock. */
    @Override
    public long getAsLong() {
      if (!words.hasRemaining()) {
        source.nextBytes(fetched);
        words.clear();
      }
      return words.getLong();
    }
  }

  private enum Clock implements TimeSource {
    SYSTEM;

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Instant now() {
      return Instant.now();
    }
  }

  /** Daemon threads that end after ten idle seconds, and at once on close. */
  static final class BlockingPool implements Executor, AutoCloseable {
    private final AtomicInteger count = new AtomicInteger();
    private final ThreadPoolExecutor pool;

    BlockingPool() {
      pool =
          new ThreadPoolExecutor(
              BLOCKING_THREADS,
              BLOCKING_THREADS,
              10,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              task -> {
                Thread thread = new Thread(task, "jswarm-blocking-" + count.incrementAndGet());
                thread.setDaemon(true);
                return thread;
              });
      pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
      pool.execute(task);
    }

    @Override
    public void close() {
      pool.shutdownNow();
      try {
        pool.awaitTermination(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
