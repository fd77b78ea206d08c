// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.protocols.raft.storage.log.RaftLog;
import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import io.atomix.storage.journal.SegmentedJournal;
import io.jswarm.raft.storage.Journal;

/**
 * The log as Atomix's roles see it: all entries are in our {@link Journal}, whose readers see no
 * entry that was truncated, whose checksums are checked, and of which we know what is durable. Raft
 * loop only.
 */
final class JournalLog extends RaftLog {
  private final Journal journal;
  private final JournalWriter writer;

  /**
   * @param unused what the superclass insists on; never written to
   */
  JournalLog(
      SegmentedJournal<RaftLogEntry> unused, Journal journal, Configurations configurations) {
    super(unused, false);
    this.journal = journal;
    this.writer = new JournalWriter(this, journal, configurations);
  }

  Journal journal() {
    return journal;
  }

  @Override
  public RaftLogWriter writer() {
    return writer;
  }

  /** The same, as what it is. */
  JournalWriter journalWriter() {
    return writer;
  }

  @Override
  public JournalReader openReader(long index) {
    return openReader(index, io.atomix.storage.journal.JournalReader.Mode.ALL);
  }

  @Override
  public JournalReader openReader(long index, io.atomix.storage.journal.JournalReader.Mode mode) {
    return new JournalReader(this, journal, index, mode);
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  /** Snapshots and compaction are {@link Snapshotter}'s work. */
  @Override
  public boolean isCompactable(long index) {
    return false;
  }

  @Override
  public long getCompactableIndex(long index) {
    return 0;
  }

  @Override
  public void compact(long index) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}

  /**
   * Stands for an entry of which only index and term matter; for the roles these are what they look
   * at in the last and the previous entry, also when that is in a snapshot.
   */
  static Indexed<RaftLogEntry> mark(long index, long term) {
    return new Indexed<>(index, new InitializeEntry(term, 0), 0);
  }
}
