// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.SnapshotFormat.Footer;
import io.jswarm.raft.storage.SnapshotFormat.Header;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Writes a snapshot, a block of memory at a time. One thread at a time, blocking. It counts only
 * once {@link #commit} has returned.
 */
public final class SnapshotWriter extends OutputStream {
  /** Blocks between two syncs: one sync of all in the end would hold up those of the journal. */
  private static final int SYNC_EVERY = 256;

  private final SnapshotFiles files;
  private final Seal seal;
  private final DiskFile file;
  private final String unfinished;
  private final Header header;
  private final CRC32C checksum = new CRC32C();
  private final byte[] block = new byte[StoredSnapshot.BLOCK];

  private int filled;
  private long blocks;
  private long position;
  private boolean closed;

  SnapshotWriter(
      SnapshotFiles files, Seal seal, DiskFile file, String unfinished, long index, long term)
      throws IOException {
    this.files = files;
    this.seal = seal;
    this.file = file;
    this.unfinished = unfinished;
    this.header = new Header(seal.keyId(), index, term, Seal.newId());
    put(header.encode());
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    requireOpen();
    int done = 0;
    while (done < length) {
      if (filled == block.length) {
        writeBlock();
      }
      int part = Math.min(block.length - filled, length - done);
      System.arraycopy(bytes, offset + done, block, filled, part);
      filled += part;
      done += part;
    }
  }

  private void writeBlock() throws IOException {
    put(seal.seal(block, 0, filled, header.associatedData(blocks)));
    blocks++;
    filled = 0;
    if (blocks % SYNC_EVERY == 0) {
      file.sync();
    }
  }

  private void put(byte[] bytes) throws IOException {
    file.write(position, ByteBuffer.wrap(bytes));
    position += bytes.length;
    checksum.update(bytes);
  }

  /**
   * Makes what was written the newest snapshot, durable on return.
   *
   * @throws IllegalStateException when there is a snapshot of a later entry already, or this one is
   *     closed
   */
  public StoredSnapshot commit() throws IOException {
    requireOpen();
    long size = blocks * block.length + filled;
    if (filled > 0) {
      writeBlock();
    }
    put(new Footer(size, (int) checksum.getValue()).encode());
    file.sync();
    StoredSnapshot committed =
        files.commit(unfinished, new StoredSnapshot(file, seal, header, size));
    closed = true;
    return committed;
  }

  /** Gives up and deletes what was written, unless it is committed. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      file.close();
      files.discard(unfinished);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the snapshot at " + header.index() + " is closed");
    }
  }
}
