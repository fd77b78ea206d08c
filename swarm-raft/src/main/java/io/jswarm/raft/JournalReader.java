// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.journal.Indexed;
import io.jswarm.raft.storage.Journal;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A position in the journal; holds nothing but that. Raft loop only. */
final class JournalReader extends RaftLogReader {
  /**
   * The appender fills a request until the sizes of its entries come to 32 KiB. A request may be
   * larger than that here, so that what waits for a follower goes in fewer of them.
   */
  private static final int SIZE_SCALE = 16;

  private final Journal journal;

  /** Where it was last put, even if the journal does not reach back so far any more. */
  private long wanted;

  private long next;

  JournalReader(JournalLog log, Journal journal, long index, Mode mode) {
    super(null, log, mode);
    this.journal = journal;
    reset(index);
  }

  /** Whether the entry it was put to is only in a snapshot any more. */
  boolean isBeforeJournal() {
    return wanted < journal.firstIndex();
  }

  @Override
  public long getFirstIndex() {
    return journal.firstIndex();
  }

  @Override
  public long getCurrentIndex() {
    return Math.max(next - 1, 0);
  }

  @Override
  public @Nullable Indexed<RaftLogEntry> getCurrentEntry() {
    long index = Math.min(next - 1, journal.lastIndex());
    return index <= 0 ? null : JournalLog.mark(index, journal.termAt(index));
  }

  @Override
  public long getNextIndex() {
    return next;
  }

  @Override
  public boolean hasNext() {
    return next <= journal.lastIndex() && next >= journal.firstIndex();
  }

  @Override
  public Indexed<RaftLogEntry> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the journal ends before " + next);
    }
    Journal.Entry entry = journal.read(next);
    next++;
    wanted = next;
    return new Indexed<>(
        entry.index(),
        EntryCodec.decode(entry.term(), entry.payload()),
        entry.payload().length / SIZE_SCALE);
  }

  @Override
  public void reset() {
    reset(journal.firstIndex());
  }

  @Override
  public void reset(long index) {
    wanted = index;
    next = Math.max(journal.firstIndex(), Math.min(index, journal.lastIndex() + 1));
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "reader before " + next;
  }
}
