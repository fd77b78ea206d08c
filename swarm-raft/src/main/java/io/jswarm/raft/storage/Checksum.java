// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C, which every file here is checked by. */
final class Checksum {
  private Checksum() {}

  static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Also covers the id of the file, which need not be beside the bytes. */
  static int of(long id, byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, id));
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
