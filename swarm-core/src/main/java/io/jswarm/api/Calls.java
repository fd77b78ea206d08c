// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.Reply;
import io.jswarm.VersionConflictException;
import io.jswarm.control.ControlLoop;
import io.jswarm.loop.Environment;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** How API calls reach the store. */
record Calls(ControlLoop control, Environment environment) {
  /** Somebody who keeps losing against other writers gives up after this many tries. */
  private static final int MAX_TRIES = 20;

  /** A transaction of its own. */
  <T> Reply<T> write(Function<? super Tx, T> body) {
    return reply(control.write(body));
  }

  /**
   * A transaction after {@code check} has passed on the caller's thread: bad input never reaches
   * the loop.
   */
  <T> Reply<T> checked(Runnable check, Function<? super Tx, T> body) {
    try {
      check.run();
    } catch (RuntimeException e) {
      return failed(e);
    }
    return write(body);
  }

  <T> Reply<T> failed(RuntimeException error) {
    return reply(CompletableFuture.failedFuture(error));
  }

  /** A look at the present state, in the caller's thread. */
  <T> Reply<T> read(Function<? super ReadView, T> body) {
    try {
      return reply(CompletableFuture.completedFuture(body.apply(control.view())));
    } catch (RuntimeException e) {
      return failed(e);
    }
  }

  /** Repeats {@code call} while somebody else's write comes in between. */
  <T> Reply<T> retrying(Supplier<Reply<T>> call) {
    return reply(attempt(call, 1));
  }

  private <T> CompletionStage<T> attempt(Supplier<Reply<T>> call, int number) {
    return call.get()
        .handle(
            (value, error) ->
                error instanceof VersionConflictException && number < MAX_TRIES
                    ? attempt(call, number + 1)
                    : error != null
                        ? CompletableFuture.<T>failedFuture(error)
                        : CompletableFuture.completedFuture(value))
        .thenCompose(Function.identity());
  }

  <T> Reply<T> reply(CompletionStage<T> stage) {
    return Reply.of(stage, environment.awaiter());
  }

  String newId() {
    return environment.ids().next();
  }
}
