// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The end of the last segment. Records are gathered in memory and written together. The writer's.
 */
final class SegmentTail {
  private final Segment segment;
  private final ByteBuffer batch;

  /** Where the batch goes. */
  private int position;

  /** CRC of the last record. */
  private int chain;

  private boolean unsynced;

  SegmentTail(Segment segment, int position, int chain) {
    this.segment = segment;
    this.position = position;
    this.chain = chain;
    this.batch = ByteBuffer.allocate(Math.min(DiskFile.PIECE, segment.header().size()));
  }

  Segment segment() {
    return segment;
  }

  int chain() {
    return chain;
  }

  boolean isUnsynced() {
    return unsynced;
  }

  /** Whether a record with so much sealed payload fits in. */
  boolean hasRoom(int sealed) {
    return position + batch.position() + RecordHeader.BYTES + sealed <= segment.header().size();
  }

  /** Adds a record and returns its offset. */
  int add(long index, long term, int epoch, byte[] sealed) throws IOException {
    byte[] record = RecordHeader.encode(segment.header().id(), index, term, epoch, chain, sealed);
    if (batch.remaining() < record.length) {
      write();
    }
    int offset = position + batch.position();
    if (batch.remaining() < record.length) {
      segment.file().write(position, ByteBuffer.wrap(record));
      position += record.length;
    } else {
      batch.put(record);
    }
    chain = RecordHeader.decode(record, 0).crc();
    unsynced = true;
    return offset;
  }

  /** Writes what was gathered. */
  void write() throws IOException {
    int length = batch.position();
    if (length > 0) {
      segment.file().write(position, batch.flip());
      position += length;
      batch.clear();
    }
  }

  /** Makes all that was written durable. */
  void sync() throws IOException {
    segment.file().sync();
    unsynced = false;
  }

  /** Whether the segment is so full that the next one should be ready. */
  boolean isNearEnd() {
    return position > segment.header().size() / 4 * 3;
  }
}
