// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Keeps the wrapping that dependent stages add away from callers. */
final class Stages {
  private Stages() {}

  /** The failure itself. */
  static Throwable unwrapped(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }

  /** The same outcome with an unwrapped failure. */
  static <T extends @Nullable Object> CompletableFuture<T> plain(CompletableFuture<T> stage) {
    CompletableFuture<T> plain = new CompletableFuture<>();
    var unused =
        stage.whenComplete(
            (value, error) -> {
              if (error == null) {
                plain.complete(value);
              } else {
                plain.completeExceptionally(unwrapped(error));
              }
            });
    return plain;
  }
}
