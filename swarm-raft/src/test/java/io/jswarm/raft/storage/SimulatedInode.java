// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.loop.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a simulated file holds: as read now, as last synced, and what was changed between. */
final class SimulatedInode {
  private static final int SECTOR = 512;

  private Content live;
  private Content durable;
  private final List<Change> unsynced;

  SimulatedInode() {
    this(new Content(), new Content(), List.of());
  }

  private SimulatedInode(Content live, Content durable, List<Change> unsynced) {
    this.live = live;
    this.durable = durable;
    this.unsynced = new ArrayList<>(unsynced);
  }

  private interface Change {
    void apply(Content content);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Write(int position, byte[] bytes, int from, int to) implements Change {
    @Override
    public void apply(Content content) {
      content.put(position + from, bytes, from, to - from);
    }
  }

  private record Resize(int size) implements Change {
    @Override
    public void apply(Content content) {
      content.resize(size);
    }
  }

  private static final class Content {
    private byte[] bytes = new byte[0];
    private int size;

    void put(int position, byte[] from, int offset, int length) {
      reserve(position + length);
      System.arraycopy(from, offset, bytes, position, length);
      size = Math.max(size, position + length);
    }

    void resize(int newSize) {
      reserve(newSize);
      if (newSize < size) {
        Arrays.fill(bytes, newSize, size, (byte) 0);
      }
      size = newSize;
    }

    private void reserve(int length) {
      if (length > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
      }
    }

    Content copy() {
      Content copy = new Content();
      copy.bytes = Arrays.copyOf(bytes, size);
      copy.size = size;
      return copy;
    }
  }

  int size() {
    return live.size;
  }

  byte[] contents() {
    return Arrays.copyOf(live.bytes, live.size);
  }

  int read(int position, byte[] into) {
    int length = Math.min(into.length, live.size - position);
    if (length > 0) {
      System.arraycopy(live.bytes, position, into, 0, length);
    }
    return length <= 0 && into.length > 0 ? -1 : Math.max(length, 0);
  }

  void write(int position, byte[] bytes) {
    change(new Write(position, bytes, 0, bytes.length));
  }

  void resize(int size) {
    change(new Resize(size));
  }

  private void change(Change change) {
    change.apply(live);
    unsynced.add(change);
  }

  void sync() {
    unsynced.forEach(change -> change.apply(durable));
    unsynced.clear();
  }

  /** A sync failed: what was not synced is still read, and will never be on disk. */
  void loseUnsynced() {
    unsynced.clear();
  }

  /** Changes a bit behind everybody's back. */
  void flip(int offset, int bit) {
    live.bytes[offset] ^= (byte) (1 << bit);
    if (offset < durable.size) {
      durable.bytes[offset] ^= (byte) (1 << bit);
    }
  }

  SimulatedInode copy() {
    return new SimulatedInode(live.copy(), durable.copy(), unsynced);
  }

  /** After a power cut: of what was not synced, each sector is there or not, some in part. */
  SimulatedInode afterPowerCut(RandomSource random) {
    Content content = durable.copy();
    double kept = List.of(0.0, 0.1, 0.5, 0.9, 1.0).get(random.nextInt(5));
    for (Change change : unsynced) {
      if (change instanceof Write write) {
        keepSectors(write, content, kept, random);
      } else if (random.nextDouble() < kept) {
        change.apply(content);
      }
    }
    return new SimulatedInode(content, content.copy(), List.of());
  }

  private static void keepSectors(Write write, Content content, double kept, RandomSource random) {
    int from = 0;
    while (from < write.bytes.length) {
      int inSector = SECTOR - (write.position + from) % SECTOR;
      int to = Math.min(write.bytes.length, from + inSector);
      if (random.nextDouble() < kept) {
        boolean torn = random.nextInt(8) == 0;
        int cut = torn ? from + random.nextInt(to - from + 1) : to;
        boolean head = random.nextInt(4) != 0;
        (torn && !head
                ? new Write(write.position, write.bytes, cut, to)
                : new Write(write.position, write.bytes, from, cut))
            .apply(content);
      }
      from = to;
    }
  }
}
