// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.loop.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Blocking work of one owner: one piece after the other elsewhere, its outcomes on the loop. */
final class Jobs {
  private final EventLoop loop;
  private final Executor blocking;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

  Jobs(EventLoop loop, Executor blocking) {
    this.loop = loop;
    this.blocking = blocking;
  }

  /** Whether nothing was asked for but what is being done now. */
  boolean lastOne() {
    return waiting.size() <= 1;
  }

  /** Does {@code work} after all that was asked for before, and then {@code after} on the loop. */
  <T extends @Nullable Object> void run(
      Callable<T> work, BiConsumer<@Nullable T, @Nullable Throwable> after) {
    loop.assertInLoop();
    waiting.add(() -> elsewhere(work, after));
    if (waiting.size() == 1) {
      waiting.element().run();
    }
  }

  private <T extends @Nullable Object> void elsewhere(
      Callable<T> work, BiConsumer<@Nullable T, @Nullable Throwable> after) {
    try {
      blocking.execute(
          () -> {
            T value = null;
            Throwable failure = null;
            try {
              value = work.call();
            } catch (Exception | Error e) {
              failure = e;
            }
            T result = value;
            Throwable error = failure;
            loop.execute(() -> done(result, error, after));
          });
    } catch (RejectedExecutionException e) {
      loop.execute(() -> done(null, e, after));
    }
  }

  private <T extends @Nullable Object> void done(
      @Nullable T value,
      @Nullable Throwable failure,
      BiConsumer<@Nullable T, @Nullable Throwable> after) {
    try {
      after.accept(value, failure);
    } finally {
      waiting.remove();
      if (!waiting.isEmpty()) {
        waiting.element().run();
      }
    }
  }
}
