// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.transport.PeerIdentity;
import java.util.concurrent.CompletionStage;

/**
 * Something only the leader can do. Immutable, so that a manager that does not lead can send it to
 * the one that does, in its own name.
 *
 * @param <R> what the leader answers with
 */
sealed interface ControlRequest<R>
    permits StoreWrite, ManagerRequests.Barrier, ManagerRequests.Add {
  /**
   * Rules of the request alone, before anything is queued. Any thread.
   *
   * @throws io.jswarm.SwarmException when one is broken
   */
  default void check() {}

  /**
   * Rules about who asks, if that is another manager than this one. On the control loop.
   *
   * @throws io.jswarm.PermissionDeniedException when it may not
   */
  default void checkPeer(PeerIdentity peer) {}

  /** Does it, if {@code leader} leads; else fails with {@link io.jswarm.NotLeaderException}. */
  CompletionStage<R> execute(Leader leader);

  /** Whether doing it twice is doing it once: then it may be repeated when its fate is unknown. */
  default boolean isIdempotent() {
    return false;
  }
}
