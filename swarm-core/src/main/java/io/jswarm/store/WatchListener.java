// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.SwarmException;

/** Hears of commits, one at a time and in order. */
public interface WatchListener {
  /** The state the watch begins with; called first, once. */
  default void onStart(ReadView state) {}

  /** A commit and the state it led to. */
  void onCommit(Commit commit, ReadView state);

  /**
   * The state was replaced by a snapshot, without the commits between.
   *
   * @return whether the watch goes on from {@code state}; else it is ended with an error
   */
  default boolean onRestore(ReadView state) {
    return false;
  }

  /**
   * The watch ended, because its listener was too slow or the state was replaced; look at the state
   * again and watch anew.
   */
  default void onError(SwarmException error) {}
}
