// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.InvalidSpecException;
import io.jswarm.NotLeaderException;
import io.jswarm.UnavailableException;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The log of a single manager that keeps nothing: entries are applied in the order proposed and
 * forgotten. The embedded default; state is gone with the process.
 */
public final class MemoryLog implements ReplicatedLog {
  /** The original's limit for one entry (S10.1). */
  private static final int MAX_ENTRY_BYTES = 3 * 512 * 1024;

  private final boolean throughBytes;
  private final AtomicLong index = new AtomicLong();
  private volatile @Nullable Executor owner;
  private volatile @Nullable StateMachine machine;
  private volatile boolean closed;

  private MemoryLog(boolean throughBytes) {
    this.throughBytes = throughBytes;
  }

  /** A log that hands entries on as they are. */
  public static MemoryLog create() {
    return new MemoryLog(false);
  }

  /** A log that encodes and decodes each entry as a log between machines would; for tests. */
  public static MemoryLog throughBytes() {
    return new MemoryLog(true);
  }

  @Override
  public void start(Executor owner, StateMachine machine, LeadershipListener leadership) {
    if (this.owner != null) {
      throw new IllegalStateException("this log has been started already");
    }
    this.machine = machine;
    this.owner = owner;
    owner.execute(
        () -> {
          if (closed) {
            leadership.onFollowing(Optional.empty());
          } else {
            leadership.onLeading(1);
          }
        });
  }

  @Override
  public CompletionStage<Long> propose(Entry entry) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Executor loop = owner;
    StateMachine target = machine;
    if (loop == null || target == null) {
      done.completeExceptionally(new UnavailableException("the log has not been started"));
    } else if (entry.estimatedBytes() > MAX_ENTRY_BYTES) {
      done.completeExceptionally(
          new InvalidSpecException(
              "entry",
              "size",
              "about " + entry.estimatedBytes() + " bytes, the limit is " + MAX_ENTRY_BYTES));
    } else {
      loop.execute(() -> apply(entry, target, done));
    }
    return done;
  }

  private void apply(Entry entry, StateMachine target, CompletableFuture<Long> done) {
    if (closed) {
      done.completeExceptionally(new NotLeaderException("the log is closed", null));
      return;
    }
    long at = index.incrementAndGet();
    target.apply(at, throughBytes ? target.decode(entry.toBytes()) : entry);
    done.complete(at);
  }

  @Override
  public CompletionStage<Long> barrier() {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Executor loop = owner;
    if (loop == null || closed) {
      done.completeExceptionally(new UnavailableException("the log does not run"));
    } else {
      loop.execute(() -> done.complete(index.get()));
    }
    return done;
  }

  @Override
  public Optional<ManagerGroup> group() {
    return Optional.empty();
  }

  @Override
  public int maxEntryBytes() {
    return MAX_ENTRY_BYTES;
  }

  @Override
  public void close() {
    closed = true;
  }
}
