// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a log should hold after a request.
 *
 * @param boundaryIndex of the last reset
 * @param boundaryTerm of the last reset
 * @param compacted entries up to here may be missing
 * @param entries all since the last reset, also those compacted
 */
record ModelLog(long boundaryIndex, long boundaryTerm, long compacted, List<Value> entries) {

  /** An entry; its payload says which one it is. */
  record Value(long term, String payload) {}

  static ModelLog empty() {
    return new ModelLog(0, 0, 0, List.of());
  }

  long lastIndex() {
    return boundaryIndex + entries.size();
  }

  long termAt(long index) {
    return index == boundaryIndex
        ? boundaryTerm
        : entries.get((int) (index - boundaryIndex - 1)).term;
  }

  ModelLog append(Value value) {
    List<Value> longer = new ArrayList<>(entries);
    longer.add(value);
    return new ModelLog(boundaryIndex, boundaryTerm, compacted, longer);
  }

  ModelLog truncateAfter(long index) {
    return new ModelLog(
        boundaryIndex,
        boundaryTerm,
        compacted,
        List.copyOf(entries.subList(0, (int) (index - boundaryIndex))));
  }

  ModelLog compact(long index) {
    return new ModelLog(boundaryIndex, boundaryTerm, Math.max(compacted, index), entries);
  }

  ModelLog reset(long index, long term) {
    return new ModelLog(index, term, index, List.of());
  }

  /** Whether that is a later state since the same reset. */
  boolean isContinuedBy(ModelLog later) {
    return boundaryIndex == later.boundaryIndex && boundaryTerm == later.boundaryTerm;
  }

  /**
   * Whether a journal holds just this, but for segments that may be forgotten.
   *
   * @param compactedLater see {@link #compacted}; compaction may overtake other requests
   */
  boolean isIn(Journal journal, long compactedLater) {
    long first = journal.firstIndex();
    if (journal.lastIndex() != lastIndex()
        || first <= boundaryIndex
        || first - 1 > Math.max(compactedLater, boundaryIndex)
        || journal.boundaryTerm() != termAt(first - 1)) {
      return false;
    }
    for (long i = lastIndex(); i >= first; i--) {
      Value value = entries.get((int) (i - boundaryIndex - 1));
      Journal.Entry entry = journal.read(i);
      if (entry.term() != value.term
          || journal.termAt(i) != value.term
          || !new String(entry.payload(), StandardCharsets.UTF_8).equals(value.payload)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return boundaryIndex + ":" + boundaryTerm + "(" + compacted + ")+" + entries.size();
  }
}
