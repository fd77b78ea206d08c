// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Wiring between stages whose outcome somebody else looks at. */
final class Stages {
  private Stages() {}

  /** Calls {@code listener} with the outcome; failures come without wrapping. */
  static <T> void onDone(
      CompletionStage<T> stage, BiConsumer<@Nullable T, @Nullable Throwable> listener) {
    var unused = stage.whenComplete((value, failure) -> listener.accept(value, cause(failure)));
  }

  /** Completes {@code to} as {@code from} completes. */
  static <T> void relay(CompletionStage<T> from, CompletableFuture<T> to) {
    onDone(
        from,
        (value, failure) -> {
          if (failure == null) {
            to.complete(value);
          } else {
            to.completeExceptionally(failure);
          }
        });
  }

  private static @Nullable Throwable cause(@Nullable Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
