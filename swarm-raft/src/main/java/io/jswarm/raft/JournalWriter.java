// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.protocols.raft.storage.log.RaftLogWriter;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import io.jswarm.raft.storage.Journal;
import org.jspecify.annotations.Nullable;

/** Appends to the journal, and keeps track of the configurations in it. Raft loop only. */
final class JournalWriter extends RaftLogWriter {
  private final Journal journal;
  private final Configurations configurations;
  private long committed;

  JournalWriter(JournalLog log, Journal journal, Configurations configurations) {
    super(null, log);
    this.journal = journal;
    this.configurations = configurations;
  }

  @Override
  public long getLastIndex() {
    return journal.lastIndex();
  }

  @Override
  public @Nullable Indexed<RaftLogEntry> getLastEntry() {
    long last = journal.lastIndex();
    return last == 0 ? null : JournalLog.mark(last, journal.lastTerm());
  }

  @Override
  public long getNextIndex() {
    return journal.lastIndex() + 1;
  }

  @Override
  public <T extends RaftLogEntry> Indexed<T> append(T entry) {
    byte[] payload = EntryCodec.encode(entry);
    long index = journal.append(entry.term(), payload);
    if (EntryCodec.isConfiguration(payload)) {
      configurations.appended(EntryCodec.configuration(index, entry.term(), payload));
    }
    return new Indexed<>(index, entry, payload.length);
  }

  @Override
  public void append(Indexed<RaftLogEntry> entry) {
    throw new UnsupportedOperationException("entries are numbered by the journal");
  }

  @Override
  public void commit(long index) {
    committed = Math.max(committed, index);
  }

  /**
   * Atomix asks for this when a leader sends entries from the very first on. They are compared with
   * what is here like any others; what is here is not thrown away unseen (hazard 11).
   */
  @Override
  public void reset(long index) {}

  @Override
  public void truncate(long index) {
    if (index < committed) {
      throw new IllegalStateException(
          "asked to drop entries after " + index + ", of which " + committed + " is committed");
    }
    journal.truncateAfter(index);
    configurations.truncated(index);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
