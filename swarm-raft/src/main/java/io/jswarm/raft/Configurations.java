// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.protocols.raft.storage.system.Configuration;
import java.util.TreeMap;

/**
 * The configurations in the log, of which the last one is in force whether committed or not, and
 * goes when its entry goes (Raft thesis §4.1). Raft loop only.
 */
final class Configurations {
  private final TreeMap<Long, Configuration> byIndex = new TreeMap<>();

  /**
   * @param base in force before the first entry of the log
   */
  Configurations(Configuration base) {
    byIndex.put(base.index(), base);
  }

  Configuration current() {
    return byIndex.lastEntry().getValue();
  }

  /** The one in force at {@code index}; the earliest that is known, if that is later. */
  Configuration at(long index) {
    var entry = byIndex.floorEntry(index);
    return entry == null ? byIndex.firstEntry().getValue() : entry.getValue();
  }

  void appended(Configuration configuration) {
    byIndex.put(configuration.index(), configuration);
  }

  /** Entries after {@code index} are gone. */
  void truncated(long index) {
    Configuration base = byIndex.firstEntry().getValue();
    byIndex.tailMap(index, false).clear();
    if (byIndex.isEmpty()) {
      byIndex.put(base.index(), base);
    }
  }

  /** Entries up to {@code index} are gone into a snapshot. */
  void compacted(long index) {
    Long base = byIndex.floorKey(index);
    if (base != null) {
      byIndex.headMap(base, false).clear();
    }
  }

  /** Everything is gone but what a snapshot says. */
  void reset(Configuration base) {
    byIndex.clear();
    byIndex.put(base.index(), base);
  }
}
