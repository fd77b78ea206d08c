// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * What managers agree through: an ordered log of entries that every manager applies. One manager at
 * a time, the leader, may propose.
 *
 * <p>Ordering: every callback runs on the executor given to {@link #start}, one at a time: entries
 * in log order without gap or repetition, leadership changes between them. Leadership is announced
 * only after everything committed before it was applied (S10.2). A proposal's stage completes on
 * that executor after its entry was applied there.
 *
 * <p>Thread-safety: all methods may be called from any thread.
 */
public interface ReplicatedLog extends AutoCloseable {
  /**
   * Starts taking part. Called once.
   *
   * @param owner runs every callback; the control loop
   */
  void start(Executor owner, StateMachine machine, LeadershipListener leadership);

  /**
   * Proposes an entry. Completes with the entry's log index once it is durable on a quorum and
   * applied here. Fails with {@link io.jswarm.NotLeaderException} when it certainly did not and
   * will not take effect, with {@link io.jswarm.IndeterminateResultException} when that is unknown,
   * and with {@link io.jswarm.InvalidSpecException} when the entry is larger than {@link
   * #maxEntryBytes()}.
   */
  CompletionStage<Long> propose(Entry entry);

  /** The largest entry accepted, in bytes; the original's limit is 1.5 MiB (S10.1). */
  int maxEntryBytes();

  /** Stops taking part; proposals in flight fail. Idempotent. */
  @Override
  void close();

  /** One entry. The leader applies the very instance it proposed; other managers get bytes. */
  interface Entry {
    /** The encoded entry, starting with a format-version byte. */
    byte[] toBytes();

    /** An upper estimate of {@code toBytes().length} that costs less. */
    int estimatedBytes();
  }

  /** What the log drives. */
  interface StateMachine {
    /**
     * Applies the entry at {@code index}; must be deterministic and must not fail for a committed
     * entry.
     */
    void apply(long index, Entry entry);

    /** The entry that {@link Entry#toBytes()} made. */
    Entry decode(byte[] bytes);
  }

  /** Told about leadership, on the owner executor. */
  interface LeadershipListener {
    /** This manager leads and has applied everything committed before {@code term}. */
    void onLeading(long term);

    /** This manager does not lead; {@code leader} is the address of who does, if known. */
    void onFollowing(Optional<String> leader);
  }
}
