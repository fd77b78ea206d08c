// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.spi.ReplicatedLog;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log entry: the net changes of one or more transactions. On the leader it also knows the state
 * it leads to.
 */
public final class StoreEntry implements ReplicatedLog.Entry {
  private final long version;
  private final Instant time;
  private final List<Change> changes;
  private @Nullable Tables from;
  private @Nullable Tables to;

  StoreEntry(long version, Instant time, List<Change> changes) {
    this.version = version;
    this.time = time;
    this.changes = List.copyOf(changes);
  }

  long version() {
    return version;
  }

  Instant time() {
    return time;
  }

  List<Change> changes() {
    return changes;
  }

  /**
   * Remembers that applying this to {@code from} gives {@code to}: on the leader that work is done
   * already.
   */
  void shortcut(Tables from, Tables to) {
    this.from = from;
    this.to = to;
  }

  @Nullable Tables shortcutFrom(Tables state) {
    return state == from ? to : null;
  }

  @Override
  public byte[] toBytes() {
    return StoreEntryCodec.encode(this);
  }

  @Override
  public int estimatedBytes() {
    return changes.stream().mapToInt(Change::estimatedBytes).sum();
  }
}
