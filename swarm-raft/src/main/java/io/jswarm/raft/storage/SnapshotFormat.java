// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file of a snapshot: a header, the sealed blocks, a footer. Each block but the last is of
 * {@link StoredSnapshot#BLOCK} plain bytes, so a block's place follows from its number.
 */
final class SnapshotFormat {
  static final int HEADER = 3 * Integer.BYTES + 4 * Long.BYTES;
  static final int FOOTER = 2 * Integer.BYTES + 2 * Long.BYTES;

  private static final long MAGIC = 0x4a53_5741_524d_534eL; // JSWARMSN
  private static final int VERSION = 1;
  private static final Pattern NAME = Pattern.compile("snapshot-[0-9]{20}-[0-9]{20}");
  private static final Pattern UNFINISHED =
      Pattern.compile("snapshot-[0-9]{20}-[0-9]{20}\\.[0-9]+\\.tmp");

  private SnapshotFormat() {}

  /**
   * The begin of the file.
   *
   * @param id random, part of what seals each block
   */
  record Header(int keyId, long index, long term, long id) {
    byte[] encode() {
      ByteBuffer bytes = ByteBuffer.allocate(HEADER);
      bytes.putLong(MAGIC).putInt(VERSION).putInt(keyId).putLong(index).putLong(term).putLong(id);
      return bytes.putInt(Checksum.of(bytes.array(), 0, HEADER - Integer.BYTES)).array();
    }

    static @Nullable Header decode(byte[] array) {
      ByteBuffer bytes = ByteBuffer.wrap(array);
      boolean known = bytes.getLong() == MAGIC && bytes.getInt() == VERSION;
      Header header = new Header(bytes.getInt(), bytes.getLong(), bytes.getLong(), bytes.getLong());
      return known && bytes.getInt() == Checksum.of(array, 0, HEADER - Integer.BYTES)
          ? header
          : null;
    }

    /** What a block is sealed with, so that it opens at its own place only. */
    byte[] associatedData(long block) {
      return ByteBuffer.allocate(4 * Long.BYTES)
          .putLong(index)
          .putLong(term)
          .putLong(id)
          .putLong(block)
          .array();
    }
  }

  /**
   * The end of the file.
   *
   * @param size plain bytes
   * @param checksum CRC32C of header and sealed blocks
   */
  record Footer(long size, int checksum) {
    byte[] encode() {
      ByteBuffer bytes = ByteBuffer.allocate(FOOTER);
      bytes.putLong(MAGIC).putLong(size).putInt(checksum);
      return bytes.putInt(Checksum.of(bytes.array(), 0, FOOTER - Integer.BYTES)).array();
    }

    static @Nullable Footer decode(byte[] array) {
      ByteBuffer bytes = ByteBuffer.wrap(array);
      boolean known = bytes.getLong() == MAGIC;
      Footer footer = new Footer(bytes.getLong(), bytes.getInt());
      return known && bytes.getInt() == Checksum.of(array, 0, FOOTER - Integer.BYTES)
          ? footer
          : null;
    }
  }

  /** Sorts by index, then by term. */
  static String name(long index, long term) {
    return String.format("snapshot-%020d-%020d", index, term);
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  static boolean isUnfinished(String name) {
    return UNFINISHED.matcher(name).matches();
  }

  /** Bytes of the file up to that block, if all before are full. */
  static long offset(long block, int overhead) {
    return HEADER + block * (StoredSnapshot.BLOCK + overhead);
  }
}
