// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.nio.ByteBuffer;

/**
 * A record of the journal: CRC32C (4 bytes), length of the sealed payload (4), index (8), term (8),
 * epoch (4), CRC32C of the record before it (4), sealed payload. The CRC also covers the id of the
 * segment, which is not written.
 */
record RecordHeader(int crc, int length, long index, long term, int epoch, int previous) {
  static final int BYTES = 4 * Integer.BYTES + 2 * Long.BYTES;

  /** A whole record. */
  static byte[] encode(
      long segmentId, long index, long term, int epoch, int previous, byte[] sealed) {
    ByteBuffer record = ByteBuffer.allocate(BYTES + sealed.length);
    record.putInt(0).putInt(sealed.length).putLong(index).putLong(term);
    record.putInt(epoch).putInt(previous).put(sealed);
    record.putInt(
        0,
        Checksum.of(segmentId, record.array(), Integer.BYTES, record.capacity() - Integer.BYTES));
    return record.array();
  }

  /** The header of what may be a record; its {@link #length} can be anything. */
  static RecordHeader decode(byte[] bytes, int offset) {
    ByteBuffer header = ByteBuffer.wrap(bytes, offset, BYTES);
    return new RecordHeader(
        header.getInt(),
        header.getInt(),
        header.getLong(),
        header.getLong(),
        header.getInt(),
        header.getInt());
  }

  /** Whether these are the bytes of this header, followed by its whole payload. */
  boolean isIntact(long segmentId, byte[] bytes, int offset) {
    return length > 0
        && length <= bytes.length - offset - BYTES
        && crc
            == Checksum.of(
                segmentId, bytes, offset + Integer.BYTES, BYTES - Integer.BYTES + length);
  }

  /** What a payload is sealed with, so that it opens at its own place only. */
  static byte[] associatedData(long index, long term) {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(index).putLong(term).array();
  }
}
