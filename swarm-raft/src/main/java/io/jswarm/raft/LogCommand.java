// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a command in the log says. */
sealed interface LogCommand {
  /** Entries that were proposed, in order. */
  record Batch(List<byte[]> entries) implements LogCommand {
    public Batch {
      entries = List.copyOf(entries);
    }
  }

  /**
   * What the state was on the leader (spec §10.3 rule 5): whoever gets there and finds another
   * fingerprint has diverged.
   *
   * @param position number of entries applied
   */
  record Marker(long position, long fingerprint) implements LogCommand {}

  byte BATCH = 1;
  byte MARKER = 2;

  /** Bytes a batch takes beside those of its entries. */
  int BATCH_OVERHEAD = 5;

  /** Bytes an entry takes in a batch beside its own. */
  int ENTRY_OVERHEAD = 4;

  /** The command as bytes. */
  default byte[] toBytes() {
    if (this instanceof Marker marker) {
      return ByteBuffer.allocate(17)
          .put(MARKER)
          .putLong(marker.position)
          .putLong(marker.fingerprint)
          .array();
    }
    List<byte[]> entries = ((Batch) this).entries;
    int size = BATCH_OVERHEAD;
    for (byte[] entry : entries) {
      size += ENTRY_OVERHEAD + entry.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size).put(BATCH).putInt(entries.size());
    for (byte[] entry : entries) {
      bytes.putInt(entry.length).put(entry);
    }
    return bytes.array();
  }

  /**
   * What {@link #toBytes} wrote.
   *
   * @throws RuntimeException when it did not
   */
  static LogCommand of(ByteBuffer bytes) {
    byte type = bytes.get();
    if (type == MARKER) {
      return new Marker(bytes.getLong(), bytes.getLong());
    }
    if (type != BATCH) {
      throw new IllegalArgumentException("a command of unknown type " + type);
    }
    int count = bytes.getInt();
    List<byte[]> entries = new ArrayList<>(Math.min(count, bytes.remaining()));
    for (int i = 0; i < count; i++) {
      byte[] entry = new byte[bytes.getInt()];
      bytes.get(entry);
      entries.add(entry);
    }
    return new Batch(entries);
  }
}
