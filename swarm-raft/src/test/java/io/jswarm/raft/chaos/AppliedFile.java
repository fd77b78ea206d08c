// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a manager applied at each position: hash of everything up to there, and id. Mapped, so that
 * a killed process leaves behind all that it had applied, and the next one compares with it: what
 * was applied once was committed, and stays.
 */
final class AppliedFile {
  /** The id noted for a position that was reached by a snapshot. */
  static final long FROM_SNAPSHOT = -1;

  private static final int RECORD_BYTES = 16;
  private static final int CHUNK_RECORDS = 1 << 14;
  private static final int CHUNK_BYTES = CHUNK_RECORDS * RECORD_BYTES;

  /** One position. */
  record Applied(long hash, long id) {
    static final Applied NOTHING = new Applied(0, 0);
  }

  private final @Nullable FileChannel file;
  private @Nullable MappedByteBuffer chunk;
  private long chunkAt = -1;

  private AppliedFile(@Nullable FileChannel file) {
    this.file = file;
  }

  /** Opens a file to go on with it, or makes it. */
  static AppliedFile open(Path path) throws IOException {
    return new AppliedFile(
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  /** Keeps nothing. */
  static AppliedFile none() {
    return new AppliedFile(null);
  }

  /** Notes it; returns what is wrong if something else was noted there before. */
  Optional<String> put(long position, long hash, long id) {
    if (file == null) {
      return Optional.empty();
    }
    long at = position / CHUNK_RECORDS;
    MappedByteBuffer target = chunk;
    if (target == null || at != chunkAt) {
      try {
        target = file.map(FileChannel.MapMode.READ_WRITE, at * CHUNK_BYTES, CHUNK_BYTES);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      chunk = target;
      chunkAt = at;
    }
    int offset = (int) (position % CHUNK_RECORDS) * RECORD_BYTES;
    long before = target.getLong(offset);
    if (before != 0 && before != hash) {
      return Optional.of(
          String.format("position %d had hash %x and now has %x", position, before, hash));
    }
    if (before == 0 || id != FROM_SNAPSHOT) {
      target.putLong(offset + 8, id);
      target.putLong(offset, hash);
    }
    return Optional.empty();
  }

  /** What a file says of the positions from {@code first} on, up to {@code last}. */
  static List<Applied> read(Path path, long first, long last) throws IOException {
    List<Applied> records = new ArrayList<>();
    if (!Files.exists(path)) {
      return records;
    }
    try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
      long end = Math.min(in.size(), (last + 1) * RECORD_BYTES);
      long start = first * RECORD_BYTES;
      if (end > start) {
        ByteBuffer bytes = ByteBuffer.allocate((int) (end - start));
        while (bytes.hasRemaining() && in.read(bytes, start + bytes.position()) >= 0) {}
        bytes.flip();
        while (bytes.remaining() >= RECORD_BYTES) {
          records.add(new Applied(bytes.getLong(), bytes.getLong()));
        }
      }
    }
    return records;
  }
}
