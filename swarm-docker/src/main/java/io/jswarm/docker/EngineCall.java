// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import io.jswarm.loop.EventLoop;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request that gives up after a time without an answer. docker-java's own timeout does not hold
 * on Unix sockets, so the thread that waits is interrupted, which closes the connection.
 */
final class EngineCall<T extends @Nullable Object> implements Runnable {
  private final Callable<T> request;
  private final Function<Throwable, Throwable> failure;
  private final EventLoop loop;
  private final Duration timeout;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private @Nullable Thread waiting;
  private boolean expired;

  EngineCall(
      Callable<T> request,
      Function<Throwable, Throwable> failure,
      EventLoop loop,
      Duration timeout) {
    this.request = request;
    this.failure = failure;
    this.loop = loop;
    this.timeout = timeout;
  }

  CompletableFuture<T> result() {
    return result;
  }

  @Override
  public void run() {
    synchronized (this) {
      waiting = Thread.currentThread();
    }
    EventLoop.Timer timer = loop.schedule(timeout, this::expire);
    T value;
    try {
      value = request.call();
    } catch (Exception e) {
      boolean late = finish(timer);
      Throwable cause =
          late ? new InterruptedIOException("no answer within " + timeout.toMillis() + " ms") : e;
      result.completeExceptionally(failure.apply(cause));
      return;
    }
    finish(timer);
    result.complete(value);
  }

  private synchronized void expire() {
    if (waiting != null) {
      expired = true;
      waiting.interrupt();
    }
  }

  /** After this the thread is no longer interrupted, nor marked so by us. */
  private synchronized boolean finish(EventLoop.Timer timer) {
    timer.cancel();
    waiting = null;
    if (expired) {
      Thread.interrupted();
    }
    return expired;
  }
}
