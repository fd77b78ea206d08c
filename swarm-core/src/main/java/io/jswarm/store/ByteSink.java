// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer, and the numbers entries and snapshots are made of. Not thread-safe. */
final class ByteSink {
  private static final byte[] EMPTY = new byte[0];

  private byte[] bytes = EMPTY;
  private int size;

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.max(bytes.length * 2, 256), size + more));
    }
  }

  void writeByte(int value) {
    room(1);
    bytes[size++] = (byte) value;
  }

  void writeLong(long value) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      writeByte((int) (value >>> shift));
    }
  }

  /** A number that is usually small and never negative, in one to ten bytes. */
  void writeVarint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      writeByte((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    writeByte((int) rest);
  }

  /** A number that is usually near zero, on either side. */
  void writeSigned(long value) {
    writeVarint((value << 1) ^ (value >> 63));
  }

  void write(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
  }

  void write(ByteSink more) {
    room(more.size);
    System.arraycopy(more.bytes, 0, bytes, size, more.size);
    size += more.size;
  }

  /** Bytes with their number before them. */
  void writeBlock(byte[] block) {
    writeVarint(block.length);
    write(block);
  }

  void writeString(String text) {
    writeBlock(text.getBytes(StandardCharsets.UTF_8));
  }

  void writeZeros(int count) {
    room(count);
    Arrays.fill(bytes, size, size + count, (byte) 0);
    size += count;
  }
}
