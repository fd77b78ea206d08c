// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.io.IOException;

/**
 * The records of a segment, checked one by one.
 *
 * @param index where they are
 * @param end offset after the last
 * @param chain CRC of the last record, or what the first one continues
 * @param bytes the whole file
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SegmentScan(SegmentIndex index, int end, int chain, byte[] bytes) {

  /**
   * Reads the records up to the first that is not the next one, or up to entry {@code upTo}.
   *
   * @param control says which epoch a record must be of
   */
  static SegmentScan of(Segment segment, JournalControl control, long upTo) throws IOException {
    byte[] bytes = segment.file().readExactly(0, segment.header().size());
    SegmentIndex index = new SegmentIndex(segment);
    int offset = Segment.RECORDS;
    int chain = segment.header().chain();
    while (index.last() < upTo && offset + RecordHeader.BYTES <= bytes.length) {
      RecordHeader record = RecordHeader.decode(bytes, offset);
      if (record.index() != index.last() + 1
          || record.previous() != chain
          || !control.permits(record)
          || !record.isIntact(segment.header().id(), bytes, offset)) {
        break;
      }
      index.add(offset, record.term());
      offset += RecordHeader.BYTES + record.length();
      chain = record.crc();
    }
    return new SegmentScan(index, offset, chain, bytes);
  }

  /** Where the entry ends. */
  int endOf(long entry) {
    return entry == index.last() ? end : index.offset(entry + 1);
  }

  /** Where nothing but zeros begins. */
  int used() {
    int used = bytes.length;
    while (used > end && bytes[used - 1] == 0) {
      used--;
    }
    return used;
  }
}
