// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.SwarmException;

/** Hears of commits, one at a time and in order. */
public interface WatchListener {
  /** The state the watch begins with; called first, once. */
  default void onStart(ReadView state) {}

  /** A commit and the state it led to. */
  void onCommit(Commit commit, ReadView state);

  /** The watch ended because its listener was too slow; look at the state again and watch anew. */
  default void onError(SwarmException error) {}
}
