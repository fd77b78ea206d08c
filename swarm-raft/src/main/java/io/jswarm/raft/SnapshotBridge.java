// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.snapshot.Snapshot;
import io.atomix.protocols.raft.storage.snapshot.SnapshotDescriptor;
import io.atomix.protocols.raft.storage.snapshot.SnapshotReader;
import io.atomix.protocols.raft.storage.snapshot.SnapshotStore;
import io.atomix.protocols.raft.storage.snapshot.SnapshotWriter;
import io.atomix.storage.buffer.HeapBuffer;
import io.jswarm.raft.storage.StoredSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * Lets Atomix's leader send our snapshots, block by block, and only to those whose next entry is
 * not in the log any more (hazards 5, 24). Taking and receiving snapshots goes other ways: {@link
 * Snapshotter}, {@link SnapshotInstall}. Raft loop only.
 */
final class SnapshotBridge extends SnapshotStore {
  private final ManagerContext raft;
  private @Nullable Sent latest;
  private @Nullable Sent sending;

  SnapshotBridge(RaftStorage unused, ManagerContext raft) {
    super(unused);
    this.raft = raft;
  }

  /** A newer snapshot is on disk. */
  void stored(StoredSnapshot snapshot) {
    latest = new Sent(snapshot, this);
  }

  /** Whether a follower is being sent a snapshot, which should not go away meanwhile. */
  boolean isSending() {
    Sent current = sending;
    return current != null
        && raft.getCluster().getRemoteMemberStates().stream()
            .anyMatch(member -> member.getNextSnapshotIndex() == current.index());
  }

  /** Asked for by the leader's appender each time it is about to send something to a member. */
  @Override
  public @Nullable Snapshot getCurrentSnapshot() {
    if (!isSending()) {
      sending = latest;
    }
    Sent current = sending;
    if (current != null) {
      raft.getCluster().getRemoteMemberStates().forEach(member -> steer(member, current.index()));
    }
    return current;
  }

  /**
   * The appender sends a snapshot to members that have an earlier one only. One that has it, says
   * the appender, goes on after it; one that needs none has the latest there will ever be.
   */
  private static void steer(RaftMemberContext member, long snapshot) {
    JournalReader reader = (JournalReader) member.getLogReader();
    if (!reader.isBeforeJournal()) {
      member.setSnapshotIndex(Long.MAX_VALUE);
    } else if (member.getSnapshotIndex() == snapshot) {
      reader.reset(snapshot + 1);
    } else {
      member.setSnapshotIndex(0);
    }
  }

  @Override
  public @Nullable Snapshot getSnapshot(long index) {
    return null;
  }

  /** A snapshot that is being sent. */
  private static final class Sent extends Snapshot {
    private final StoredSnapshot stored;

    Sent(StoredSnapshot stored, SnapshotStore store) {
      super(SnapshotDescriptor.builder().withIndex(stored.index()).build(), store);
      this.stored = stored;
    }

    @Override
    public SnapshotWriter openWriter() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SnapshotReader openReader() {
      return new BlockReader(stored, this);
    }

    @Override
    public boolean isPersisted() {
      return true;
    }
  }

  /**
   * Reads one block. The appender skips whole blocks and then reads one: its chunks and our blocks
   * are both of 32 KiB.
   */
  private static final class BlockReader extends SnapshotReader {
    private final StoredSnapshot stored;
    private long position;

    BlockReader(StoredSnapshot stored, Snapshot snapshot) {
      super(HeapBuffer.allocate(1), snapshot);
      this.stored = stored;
    }

    @Override
    public SnapshotReader skip(int bytes) {
      position += bytes;
      return this;
    }

    @Override
    public int remaining() {
      return Math.toIntExact(stored.size() - position);
    }

    @Override
    public boolean hasRemaining() {
      return position < stored.size();
    }

    @Override
    public SnapshotReader read(byte[] bytes) {
      byte[] block = stored.block(position / StoredSnapshot.BLOCK);
      System.arraycopy(block, 0, bytes, 0, bytes.length);
      position += bytes.length;
      return this;
    }

    @Override
    public void close() {}
  }
}
