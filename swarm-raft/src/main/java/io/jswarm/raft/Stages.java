// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.IndeterminateResultException;
import io.jswarm.SwarmException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Results of changes, in our own exceptions. */
final class Stages {
  private Stages() {}

  static void complete(CompletableFuture<Void> done, @Nullable Throwable error) {
    if (error == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(ours(error));
    }
  }

  private static SwarmException ours(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return cause instanceof SwarmException known
        ? known
        : new IndeterminateResultException(
            "leadership was lost while the managers were being changed; look before repeating",
            cause);
  }
}
