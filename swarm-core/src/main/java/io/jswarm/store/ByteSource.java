// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link ByteSink} wrote; bytes that end too early or make no sense are an {@link
 * IllegalArgumentException}. Not thread-safe.
 */
final class ByteSource {
  private final byte[] bytes;
  private final int end;
  private int at;

  ByteSource(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private ByteSource(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  boolean hasMore() {
    return at < end;
  }

  int readByte() {
    if (at == end) {
      throw new IllegalArgumentException("the bytes end too early");
    }
    return bytes[at++] & 0xff;
  }

  long readLong() {
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = value << 8 | readByte();
    }
    return value;
  }

  long readVarint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int part = readByte();
      value |= (long) (part & 0x7f) << shift;
      if (part < 0x80) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }

  int readSize() {
    long size = readVarint();
    if (size < 0 || size > end - at) {
      throw new IllegalArgumentException(
          "the bytes end too early: " + size + " wanted, " + (end - at) + " left");
    }
    return (int) size;
  }

  long readSigned() {
    long value = readVarint();
    return value >>> 1 ^ -(value & 1);
  }

  byte[] readAll() {
    return readBytes(end - at);
  }

  byte[] readBlock() {
    return readBytes(readSize());
  }

  byte[] readBytes(int size) {
    if (size < 0 || size > end - at) {
      throw new IllegalArgumentException("the bytes end too early");
    }
    byte[] block = Arrays.copyOfRange(bytes, at, at + size);
    at += size;
    return block;
  }

  /** The next {@link ByteSink#writeBlock block}, to be read on its own. */
  ByteSource readPart() {
    int size = readSize();
    ByteSource part = new ByteSource(bytes, at, at + size);
    at += size;
    return part;
  }

  /** Everything that is left, as text. */
  String readRest() {
    String text = new String(bytes, at, end - at, StandardCharsets.UTF_8);
    at = end;
    return text;
  }

  String readString() {
    int size = readSize();
    String text = new String(bytes, at, size, StandardCharsets.UTF_8);
    at += size;
    return text;
  }
}
