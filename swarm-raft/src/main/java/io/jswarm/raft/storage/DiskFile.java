// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}. Reads from any thread, also beside one thread that writes. */
public interface DiskFile extends Closeable {
  /** Bytes that are read or written at once, where there are many. */
  int PIECE = 1 << 20;

  /** Bytes. */
  long size() throws IOException;

  /** Reads at most what {@code into} has room for; returns the count of bytes, or -1 at the end. */
  int read(long position, ByteBuffer into) throws IOException;

  /**
   * Writes all that remains in {@code from}, or throws; then any part of it may have been written.
   *
   * @throws DiskFullException when there is no space; writing over what is there cannot meet that
   */
  void write(long position, ByteBuffer from) throws IOException;

  /**
   * Returns when everything written survives a power cut. After a failure nobody can tell what has
   * been kept, and a second attempt proves nothing.
   */
  void sync() throws IOException;

  /** Cuts the file, or extends it by zeros that need not be allocated. */
  void resize(long size) throws IOException;

  /**
   * Exactly that part of the file.
   *
   * @throws EOFException when the file is shorter
   */
  default byte[] readExactly(long position, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.position() < length) {
      // The JDK keeps a buffer of the size of the largest piece for each thread.
      into.limit(Math.min(length, into.position() + PIECE));
      if (read(position + into.position(), into) < 0) {
        throw new EOFException("the file ends before offset " + (position + length));
      }
    }
    return into.array();
  }
}
