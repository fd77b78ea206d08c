// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.spi.UntrustedLogException;
import java.nio.ByteBuffer;

/**
 * What the journal consists of; kept in a {@link SlotFile} and changed only when segments come or
 * go or entries are cut off. A segment outside of {@code first} to {@code last} is a leftover.
 *
 * @param resetting the journal is to be emptied: no segment counts, and {@code first} is yet to be
 *     made
 * @param epoch goes up with each truncation; every record names its own
 * @param first first index of the first segment
 * @param boundaryTerm term of the entry before it, for a reset
 * @param last first index of the last segment
 * @param lastId id of the last segment
 * @param floor entries up to here are durable, and all after it are of this epoch: a record of an
 *     earlier one has been cut off
 */
record JournalControl(
    boolean resetting,
    int epoch,
    long first,
    long boundaryTerm,
    long last,
    long lastId,
    long floor) {
  static final String NAME = "log.control";

  private static final byte VERSION = 1;
  private static final int BYTES = 2 + Integer.BYTES + 5 * Long.BYTES;

  static JournalControl resetting(int epoch, long index, long term) {
    return new JournalControl(true, epoch, index + 1, term, index + 1, 0, index);
  }

  /** After a segment was added. */
  JournalControl rolledTo(Segment segment) {
    long index = segment.header().first();
    return new JournalControl(
        false,
        epoch,
        resetting ? index : first,
        boundaryTerm,
        index,
        segment.header().id(),
        index - 1);
  }

  JournalControl truncatedAfter(long index, Segment segment) {
    return new JournalControl(
        false,
        epoch + 1,
        first,
        boundaryTerm,
        segment.header().first(),
        segment.header().id(),
        index);
  }

  JournalControl compactedTo(long newFirst) {
    return new JournalControl(false, epoch, newFirst, boundaryTerm, last, lastId, floor);
  }

  /** Whether a record may be there by its epoch. */
  boolean permits(RecordHeader record) {
    return record.index() > floor ? record.epoch() == epoch : record.epoch() <= epoch;
  }

  byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .put(VERSION)
        .put((byte) (resetting ? 1 : 0))
        .putInt(epoch)
        .putLong(first)
        .putLong(boundaryTerm)
        .putLong(last)
        .putLong(lastId)
        .putLong(floor)
        .array();
  }

  static JournalControl decode(byte[] value) {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    if (value.length != BYTES || bytes.get() != VERSION) {
      throw new UntrustedLogException(NAME + " is of another version of the format");
    }
    return new JournalControl(
        bytes.get() != 0,
        bytes.getInt(),
        bytes.getLong(),
        bytes.getLong(),
        bytes.getLong(),
        bytes.getLong(),
        bytes.getLong());
  }
}
