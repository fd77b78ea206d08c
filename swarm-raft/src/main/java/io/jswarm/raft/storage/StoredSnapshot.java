// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.SnapshotFormat.Footer;
import io.jswarm.raft.storage.SnapshotFormat.Header;
import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A complete snapshot. Any thread. Readable until the second commit after its own, or until {@link
 * SnapshotFiles#close}.
 */
public final class StoredSnapshot {
  /** Plain bytes of each block but the last. */
  public static final int BLOCK = 32 * 1024;

  private final DiskFile file;
  private final Seal seal;
  private final Header header;
  private final long size;
  private volatile boolean closed;

  StoredSnapshot(DiskFile file, Seal seal, Header header, long size) {
    this.file = file;
    this.seal = seal;
    this.header = header;
    this.size = size;
  }

  /** Opens a snapshot after reading all of it. */
  static StoredSnapshot open(Disk disk, Seal seal, String name) throws IOException {
    DiskFile file = disk.open(name);
    try {
      long end = file.size() - SnapshotFormat.FOOTER;
      if (end < SnapshotFormat.HEADER) {
        throw damaged(name, "it is cut to " + file.size() + " bytes");
      }
      Header header = Header.decode(file.readExactly(0, SnapshotFormat.HEADER));
      if (header == null || !SnapshotFormat.name(header.index(), header.term()).equals(name)) {
        throw damaged(name, "not its header");
      }
      Footer footer = Footer.decode(file.readExactly(end, SnapshotFormat.FOOTER));
      if (footer == null) {
        throw damaged(name, "no footer at offset " + end);
      }
      if (footer.checksum() != checksum(file, end)) {
        throw damaged(name, "wrong checksum");
      }
      if (!seal.holds(header.keyId())) {
        throw new UntrustedLogException(name + " is " + Seal.missing(header.keyId()));
      }
      return new StoredSnapshot(file, seal, header, footer.size());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static int checksum(DiskFile file, long end) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(DiskFile.PIECE);
    for (long position = 0; position < end; position += buffer.position()) {
      buffer.clear().limit((int) Math.min(DiskFile.PIECE, end - position));
      if (file.read(position, buffer) <= 0) {
        throw new IOException("the file ends at offset " + position);
      }
      crc.update(buffer.array(), 0, buffer.position());
    }
    return (int) crc.getValue();
  }

  private static UntrustedLogException damaged(String name, String what) {
    return new UntrustedLogException(name + " is damaged: " + what);
  }

  /** Of the last entry whose effect is in it. */
  public long index() {
    return header.index();
  }

  /** Term of the entry at {@link #index}. */
  public long term() {
    return header.term();
  }

  /** Plain bytes. */
  public long size() {
    return size;
  }

  /**
   * One block, in plain: {@link #BLOCK} bytes, or less if it is the last.
   *
   * @param number from 0
   * @throws IllegalArgumentException when there is no such block
   * @throws UntrustedLogException when it is damaged or cannot be read
   * @throws IllegalStateException when the snapshot has been replaced
   */
  public byte[] block(long number) {
    if (number < 0 || number * BLOCK >= size) {
      throw new IllegalArgumentException("no block " + number + " in " + size + " bytes");
    }
    int length = (int) Math.min(BLOCK, size - number * BLOCK) + seal.overhead();
    long offset = SnapshotFormat.offset(number, seal.overhead());
    try {
      byte[] sealed = file.readExactly(offset, length);
      return seal.open(sealed, 0, length, header.associatedData(number));
    } catch (IOException | UntrustedLogException e) {
      if (closed) {
        throw new IllegalStateException(name() + " has been replaced by a newer one", e);
      }
      throw new UntrustedLogException(
          name() + " cannot be read at offset " + offset + ": " + e.getMessage(), e);
    }
  }

  /** All of it, in plain; throws as {@link #block} does. Single thread. */
  public InputStream open() {
    return new Blocks();
  }

  String name() {
    return SnapshotFormat.name(header.index(), header.term());
  }

  void close() throws IOException {
    closed = true;
    file.close();
  }

  private final class Blocks extends InputStream {
    private byte[] block = new byte[0];
    private long number;
    private int position;

    @Override
    public int read() {
      return next() ? block[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (!next()) {
        return -1;
      }
      int part = Math.min(length, block.length - position);
      System.arraycopy(block, position, into, offset, part);
      position += part;
      return part;
    }

    /** Whether there is a byte at the position. */
    private boolean next() {
      if (position == block.length && number * BLOCK < size) {
        block = block(number++);
        position = 0;
      }
      return position < block.length;
    }
  }
}
