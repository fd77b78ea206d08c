// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.JournalOperation.Append;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What the log consists of, and where each entry is: in memory, on disk or both. Owner's thread.
 */
final class JournalEntries {
  private final RecentEntries recent;
  private final TreeMap<Long, SegmentIndex> segments = new TreeMap<>();
  private final int cacheBytes;
  private long boundaryIndex;
  private long boundaryTerm;

  /** Begins with what is on disk; without segments, the log is empty after the boundary. */
  JournalEntries(List<SegmentIndex> found, long boundaryIndex, long boundaryTerm, int cacheBytes) {
    found.forEach(each -> segments.put(each.first(), each));
    this.boundaryIndex = boundaryIndex;
    this.boundaryTerm = boundaryTerm;
    this.cacheBytes = cacheBytes;
    long last = segments.isEmpty() ? boundaryIndex : segments.lastEntry().getValue().last();
    this.recent = new RecentEntries(last + 1);
  }

  long boundaryIndex() {
    return boundaryIndex;
  }

  long boundaryTerm() {
    return boundaryTerm;
  }

  long lastIndex() {
    return recent.next() - 1;
  }

  long termAt(long index) {
    if (index == boundaryIndex) {
      return boundaryTerm;
    }
    Append entry = recent.get(index);
    return entry != null ? entry.term : segmentOf(index).term(index);
  }

  Journal.Entry read(long index) {
    Append entry = recent.get(index);
    if (entry != null) {
      return new Journal.Entry(index, entry.term, entry.payload);
    }
    SegmentIndex segment = segmentOf(index);
    long term = segment.term(index);
    byte[] payload = segment.segment().read(segment.offset(index), index, term);
    return new Journal.Entry(index, term, payload);
  }

  private SegmentIndex segmentOf(long index) {
    Map.Entry<Long, SegmentIndex> found = segments.floorEntry(index);
    if (found == null || index <= boundaryIndex || index > lastIndex()) {
      throw new IllegalArgumentException(
          "no entry " + index + " in " + (boundaryIndex + 1) + ".." + lastIndex());
    }
    return found.getValue();
  }

  /** Adds an entry, in memory for now. */
  Append append(long term, byte[] payload) {
    Append entry = new Append(lastIndex() + 1, term, payload);
    recent.add(entry);
    return entry;
  }

  /** Takes note of where an entry is on disk; in the order of their indexes. */
  void written(Append entry) {
    Segment segment = Objects.requireNonNull(entry.segment);
    segments
        .computeIfAbsent(segment.header().first(), first -> new SegmentIndex(segment))
        .add(entry.offset, entry.term);
  }

  /** Leaves no more in memory than there is room for, of the entries up to {@code durable}. */
  void evict(long durable) {
    recent.evict(durable, cacheBytes);
  }

  void truncateAfter(long index) {
    recent.truncateAfter(index);
    segments.tailMap(index, false).clear();
    if (!segments.isEmpty()) {
      segments.lastEntry().getValue().truncateAfter(index);
    }
  }

  /**
   * Forgets the segments with no entry after {@code index}, but for the last one; returns the first
   * index of the first one that is left, or 0 if nothing was forgotten.
   */
  long compact(long index) {
    Long next = segments.floorKey(index + 1);
    if (next == null || next <= boundaryIndex + 1) {
      return 0;
    }
    boundaryTerm = termAt(next - 1);
    boundaryIndex = next - 1;
    segments.headMap(next).clear();
    return next;
  }

  void reset(long index, long term) {
    recent.truncateAfter(boundaryIndex);
    recent.truncateAfter(index);
    segments.clear();
    boundaryIndex = index;
    boundaryTerm = term;
  }
}
