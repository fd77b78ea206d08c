// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.loop.Environment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The answer to a call that is under way. Use it as a {@link CompletionStage}, or {@link #await()}
 * it. Stages complete on the node's control loop: callbacks must not block; hand longer work over
 * with the {@code …Async(…, executor)} methods.
 *
 * @param <T> what the call returns
 */
public final class Reply<T> extends CompletableFuture<T> {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

  private final Environment.Awaiter awaiter;

  private Reply(Environment.Awaiter awaiter) {
    this.awaiter = awaiter;
  }

  /** A reply that completes as {@code stage} does. */
  public static <T> Reply<T> of(CompletionStage<T> stage, Environment.Awaiter awaiter) {
    Reply<T> reply = new Reply<>(awaiter);
    stage.whenComplete(
        (value, error) -> {
          if (error != null) {
            reply.completeExceptionally(unwrap(error));
          } else {
            reply.complete(value);
          }
        });
    return reply;
  }

  /** Waits up to 60 s; see {@link #await(Duration)}. */
  public T await() {
    return await(DEFAULT_TIMEOUT);
  }

  /**
   * Waits for the answer. Never call it on the control loop, that is in a callback of another
   * reply.
   *
   * @throws SwarmException what the call failed with
   * @throws IndeterminateResultException when there is no answer after {@code timeout}, or the
   *     thread is interrupted; the call may still take effect
   */
  public T await(Duration timeout) {
    if (!awaiter.await(this, timeout)) {
      String why =
          Thread.currentThread().isInterrupted()
              ? "interrupted while waiting"
              : "no answer after " + timeout;
      throw new IndeterminateResultException(
          why + "; the call may still take effect: look before you repeat it");
    }
    try {
      return join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new Reply<>(awaiter);
  }

  @Override
  public Executor defaultExecutor() {
    throw new UnsupportedOperationException(
        "name an executor: the …Async methods have no default here");
  }

  private static Throwable unwrap(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }
}
