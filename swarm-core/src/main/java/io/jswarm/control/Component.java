// SPDX-License-Identifier: Apache-2.0
package io.jswarm.control;

import io.jswarm.store.Commit;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;

/**
 * A part of the leader that turns what is into what should be. Components never call each other:
 * they see the store's events and change the store. Each can start from any content of it; what it
 * keeps in fields can be rebuilt from there, or is soft (timers, failure counts). All methods run
 * on the control loop and never block.
 *
 * <p>In a turn every component hears of all events of that turn, its own included, and is asked to
 * reconcile, again and again in a fixed order until nobody changes anything. All of it is committed
 * as one batch. So {@link #onEvent} is about what has been decided, not yet what is durable:
 * anything that leaves the manager waits for {@link #onCommit}.
 */
public interface Component {
  /** Name for logs. */
  String name();

  /**
   * Leadership begins: builds the picture from {@code tx}, and puts right what an earlier leader
   * left half done.
   */
  void start(Tx tx);

  /**
   * Something was decided; usually only marks what to look at in {@link #reconcile}. May repeat
   * what start has seen.
   */
  void onEvent(StoreEvent event);

  /**
   * Makes the changes that are due. Called at least once per turn, so it returns quickly when
   * nothing is.
   */
  void reconcile(Tx tx);

  /** A batch is durable; messages that depend on it may go out now. */
  default void onCommit(Commit commit) {}

  /** Leadership ended: forgets everything and cancels timers. May be started again. */
  void stop();
}
