// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the journal's owner asks the writer to do, in this order. */
sealed interface JournalOperation {

  /** An entry; with its place once it is written. */
  final class Append implements JournalOperation {
    final long index;
    final long term;
    final byte[] payload;

    /** The owner's: the entry was cut off before it was written. */
    boolean dropped;

    /** The writer's, until it reports the round. */
    @Nullable Segment segment;

    /** See {@link #segment}. */
    int offset;

    Append(long index, long term, byte[] payload) {
      this.index = index;
      this.term = term;
      this.payload = payload;
    }
  }

  /** Cuts off the entries after an index. */
  record Truncate(long index) implements JournalOperation {}

  /** Deletes the segments before the one with that first index. */
  record Compact(long newFirst) implements JournalOperation {}

  /** Empties the journal. */
  record Reset(long index, long term) implements JournalOperation {}

  /** Tells when everything before it is done. */
  record Flush() implements JournalOperation {}

  /** Writes the watermark of a journal that has come to rest. */
  record Mark() implements JournalOperation {}

  /** Operations on their way to the writer and back; one is under way at a time. */
  final class Round {
    final List<JournalOperation> operations;

    /** Of the operations, how many are done and durable; the others wait for space. */
    int done;

    /** Bytes of all segments. */
    long bytes;

    /** Whether there is no space for another segment. */
    boolean full;

    /** Whether the spare segment is not ready yet. */
    boolean unprepared;

    @Nullable Exception failure;

    Round(List<JournalOperation> operations) {
      this.operations = operations;
    }
  }
}
