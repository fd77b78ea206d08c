// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.SwarmException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * What managers agree through: an ordered log of entries that every manager applies. One manager at
 * a time, the leader, may propose.
 *
 * <p>Ordering: every callback runs on the executor given to {@link #start}, one at a time: entries
 * in log order without gap or repetition, leadership changes between them. Leadership is announced
 * only after everything committed before it was applied (S10.2). A proposal's stage completes on
 * that executor after its entry was applied there.
 *
 * <p>Positions: entries are numbered from 1, without gaps, the same on every manager. What a log
 * writes for its own use is not counted.
 *
 * <p>Thread-safety: all methods may be called from any thread.
 */
public interface ReplicatedLog extends AutoCloseable {
  /**
   * Starts taking part. Called once. Entries that are already in the log are applied on the way.
   *
   * @param owner runs every callback; the control loop
   * @throws UntrustedLogException when what this manager has on disk is damaged; it then takes no
   *     part, and has to be seeded anew from the others
   */
  void start(Executor owner, StateMachine machine, LeadershipListener leadership);

  /**
   * Proposes an entry. Completes with the entry's position once it is durable on a quorum and
   * applied here. Fails with {@link io.jswarm.NotLeaderException} when it certainly did not and
   * will not take effect, with {@link io.jswarm.IndeterminateResultException} when that is unknown,
   * with {@link io.jswarm.InvalidSpecException} when the entry is larger than {@link
   * #maxEntryBytes()}, and with {@link io.jswarm.UnavailableException} when the log takes no
   * entries now, for want of disk space say. Entries proposed one after the other are applied in
   * that order, or the later one is not applied at all.
   */
  CompletionStage<Long> propose(Entry entry);

  /**
   * Completes with the position up to which this manager has applied, once that covers everything
   * that was acknowledged anywhere before the call: a read after it is linearizable. On the leader
   * only; fails as {@link #propose} does.
   */
  CompletionStage<Long> barrier();

  /** The largest entry accepted, in bytes; the original's limit is 1.5 MiB (S10.1). */
  int maxEntryBytes();

  /** Who takes part, and how that is changed; empty for a log that has one manager only. */
  Optional<ManagerGroup> group();

  /**
   * From now on what is on this manager's disk opens with {@code unlockKey} only, or by itself if
   * that is null (S10.3). A data key that was open until then is replaced, and once what it sealed
   * has been written anew it is forgotten (C10.15). Completes when the lock is durable; a log that
   * keeps nothing on disk has nothing to lock. Any thread.
   */
  default CompletionStage<Void> lock(@Nullable SecretKey unlockKey) {
    return CompletableFuture.completedFuture(null);
  }

  /** Stops taking part, handing leadership on first; proposals in flight fail. Idempotent. */
  @Override
  void close();

  /**
   * Stops taking part as if the process had died: nothing is handed over, nobody is told. For
   * trying out failures.
   */
  default void abort() {
    close();
  }

  /** One entry. The leader applies the very instance it proposed; other managers get bytes. */
  interface Entry {
    /** The encoded entry, starting with a format-version byte. */
    byte[] toBytes();

    /** An upper estimate of {@code toBytes().length} that costs less. */
    int estimatedBytes();
  }

  /** What the log drives. All methods but {@link #decode} and {@link #read} on the owner. */
  interface StateMachine {
    /**
     * Applies the entry at {@code position}; must be deterministic and must not fail for a
     * committed entry.
     */
    void apply(long position, Entry entry);

    /** The entry that {@link Entry#toBytes()} made. Any thread. */
    Entry decode(byte[] bytes);

    /**
     * A hash of the present state, or of all that led to it: equal on managers that applied the
     * same entries, whether from the log or from a snapshot. Must be cheap.
     */
    long fingerprint();

    /** The present state, held fast so that it can be written while later entries are applied. */
    Snapshot snapshot();

    /** Reads what {@link Snapshot#writeTo} wrote, without making it the present state yet. */
    Restorable read(InputStream in) throws IOException;
  }

  /** A state to be written. */
  @FunctionalInterface
  interface Snapshot {
    /** Writes it, at leisure, on any one thread. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** A state that was read. */
  @FunctionalInterface
  interface Restorable {
    /** Makes it the present state, in place of the former. On the owner; must be quick. */
    void restore();
  }

  /** Told about leadership, on the owner executor. */
  interface LeadershipListener {
    /** This manager leads and has applied everything committed before {@code term}. */
    void onLeading(long term);

    /** This manager does not lead; {@code leader} is the address of who does, if known. */
    void onFollowing(Optional<String> leader);

    /**
     * This manager takes part no more, and will not without being started again: its disk failed,
     * its state differs from the others', or it was removed. The last callback.
     */
    void onStopped(SwarmException cause);
  }
}
