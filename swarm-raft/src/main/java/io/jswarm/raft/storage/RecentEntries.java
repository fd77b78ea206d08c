// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.JournalOperation.Append;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest entries, with their payloads: all that are not on disk yet, and of the others as many
 * as there is room for. Owner's thread.
 */
final class RecentEntries {
  /** Bytes of memory an entry takes beside its payload. */
  private static final int OVERHEAD = 64;

  private final List<@Nullable Append> entries = new ArrayList<>();

  /** Of those in the list, how many are gone. */
  private int gone;

  /** Index of the next entry. */
  private long next;

  private long bytes;

  RecentEntries(long next) {
    this.next = next;
  }

  private long first() {
    return next - (entries.size() - gone);
  }

  long next() {
    return next;
  }

  @Nullable Append get(long index) {
    return index < first() || index >= next
        ? null
        : entries.get((int) (entries.size() - (next - index)));
  }

  void add(Append entry) {
    entries.add(entry);
    next = entry.index + 1;
    bytes += sizeOf(entry);
  }

  /** Forgets the oldest entries, up to {@code index}, until the others take {@code maxBytes}. */
  void evict(long index, long maxBytes) {
    while (first() <= index && first() < next && bytes > maxBytes) {
      Append oldest = entries.set(gone++, null);
      bytes -= oldest == null ? 0 : sizeOf(oldest);
    }
    if (gone > entries.size() / 2) {
      entries.subList(0, gone).clear();
      gone = 0;
    }
  }

  private static int sizeOf(Append entry) {
    return OVERHEAD + entry.payload.length;
  }

  /** Drops the entries after {@code index}; the next one is the one after it. */
  void truncateAfter(long index) {
    while (next > index + 1 && entries.size() > gone) {
      Append last = entries.remove(entries.size() - 1);
      if (last != null) {
        last.dropped = true;
        bytes -= sizeOf(last);
      }
      next--;
    }
    next = index + 1;
  }
}
