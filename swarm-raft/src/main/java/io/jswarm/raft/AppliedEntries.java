// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import io.atomix.utils.concurrent.ThreadContext;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Where Atomix's leader waits until what it committed is applied. The applying itself is {@link
 * Applier}'s work; Atomix's skips entries on errors and installs snapshots late (hazards 5, 7, 13).
 * Raft loop only.
 */
final class AppliedEntries extends RaftServiceManager {
  private final TreeMap<Long, CompletableFuture<?>> waiting = new TreeMap<>();
  private long applied;

  AppliedEntries(ManagerContext raft, ThreadContext thread) {
    super(raft, thread, () -> thread);
  }

  /** Everything up to {@code index} is applied. */
  void advance(long index) {
    applied = Math.max(applied, index);
    while (!waiting.isEmpty() && waiting.firstKey() <= applied) {
      waiting.pollFirstEntry().getValue().complete(null);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // the result is always null
  public <T> CompletableFuture<T> apply(long index) {
    if (index <= applied) {
      return CompletableFuture.completedFuture(null);
    }
    return (CompletableFuture<T>)
        waiting.computeIfAbsent(index, unused -> new CompletableFuture<>());
  }

  /** Told as part of {@link ManagerContext#setCommitIndex}. */
  @Override
  public void applyAll(long index) {}

  @Override
  public <T> CompletableFuture<T> apply(Indexed<? extends RaftLogEntry> entry) {
    return CompletableFuture.failedFuture(new UnsupportedOperationException("no queries here"));
  }

  @Override
  public CompletableFuture<Void> compact() {
    return CompletableFuture.failedFuture(new UnsupportedOperationException("see Snapshotter"));
  }
}
