// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.util.Arrays;

/** Where the entries of one segment are: 12 bytes of memory for each. Owner's thread. */
final class SegmentIndex {
  private final Segment segment;
  private int[] offsets = new int[64];
  private long[] terms = new long[64];
  private int count;

  SegmentIndex(Segment segment) {
    this.segment = segment;
  }

  void add(int offset, long term) {
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * count);
      terms = Arrays.copyOf(terms, 2 * count);
    }
    offsets[count] = offset;
    terms[count++] = term;
  }

  /** Forgets the entries after {@code index}. */
  void truncateAfter(long index) {
    count = Math.toIntExact(Math.max(0, Math.min(count, index - first() + 1)));
  }

  Segment segment() {
    return segment;
  }

  long first() {
    return segment.header().first();
  }

  /** The last entry's index, or the one before the first. */
  long last() {
    return first() + count - 1;
  }

  int offset(long index) {
    return offsets[at(index)];
  }

  /** The term of an entry here, or of the one before the first. */
  long term(long index) {
    return index == first() - 1 ? segment.header().boundaryTerm() : terms[at(index)];
  }

  private int at(long index) {
    if (index < first() || index > last()) {
      throw new IllegalArgumentException("no entry " + index + " in " + segment.name());
    }
    return (int) (index - first());
  }
}
