// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The next segment, written with zeros before it is needed, a piece at a time so that what waits to
 * be written does not wait long. The writer's.
 */
final class SpareSegment {
  static final String NAME = "log.spare";

  private final Disk disk;
  private final int size;
  private @Nullable DiskFile file;
  private int position;
  private boolean full;

  SpareSegment(Disk disk, int size) {
    this.disk = disk;
    this.size = size;
  }

  boolean isReady() {
    return file != null && position == size;
  }

  /** Whether the last attempt found no space. */
  boolean isFull() {
    return full;
  }

  int size() {
    return size;
  }

  /** Goes on until the segment is ready, or there is no space. */
  boolean finish() throws IOException {
    do {
      step();
    } while (!full && !isReady());
    return isReady();
  }

  /** Writes the next piece. */
  void step() throws IOException {
    if (isReady()) {
      return;
    }
    try {
      writePiece();
      full = false;
    } catch (DiskFullException e) {
      full = true;
      discard();
    }
  }

  private void writePiece() throws IOException {
    DiskFile spare = file;
    if (spare == null) {
      if (disk.usableSpace() < size && !disk.exists(NAME)) {
        throw new DiskFullException("no space for another segment of the log", null);
      }
      spare = disk.open(NAME);
      file = spare;
      position = 0;
      if (spare.size() > size) {
        spare.resize(size);
      }
    }
    int length = Math.min(DiskFile.PIECE, size - position);
    spare.write(position, ByteBuffer.allocate(length));
    spare.sync();
    position += length;
  }

  /** Gives away the space that a part of a segment takes: others may need it more. */
  private void discard() throws IOException {
    close();
    disk.delete(NAME);
  }

  /** The segment's file; it is another's now. */
  DiskFile take() {
    DiskFile taken = file;
    if (taken == null || !isReady()) {
      throw new IllegalStateException("no spare segment");
    }
    file = null;
    position = 0;
    return taken;
  }

  void close() throws IOException {
    DiskFile open = file;
    file = null;
    position = 0;
    if (open != null) {
      open.close();
    }
  }
}
