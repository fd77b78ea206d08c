// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.spi.TaskRuntime.LogLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One stream of a task's output. The task itself appends to the file, so that nothing is lost while
 * no agent runs; we look at it regularly and note in a second file how far it had come at what
 * time. A file over its limit is copied away and truncated, and one such copy is kept: what the
 * task writes between copy and truncation, a matter of microseconds, is lost.
 *
 * <p>Methods block. Thread-safe.
 */
final class CapturedLog {
  private static final int RECORD = 2 * Long.BYTES;
  private static final int CHUNK = 64 * 1024;

  private final Path file;
  private final Path times;
  private final Path oldFile;
  private final Path oldTimes;
  private final boolean stderr;
  private final long limit;
  private long observed = -1;
  private int generation = 1;

  CapturedLog(Path directory, boolean stderr, long limit) {
    String name = stderr ? "stderr" : "stdout";
    this.file = directory.resolve(name);
    this.times = directory.resolve(name + ".times");
    this.oldFile = directory.resolve(name + ".1");
    this.oldTimes = directory.resolve(name + ".1.times");
    this.stderr = stderr;
    this.limit = limit;
  }

  /** A place in the stream, with the begin of a line that is not complete yet. */
  static final class Cursor {
    private int generation;
    private long offset;
    private byte[] partial = {};
  }

  /** The beginning of what is kept. */
  synchronized Cursor begin() {
    Cursor cursor = new Cursor();
    cursor.generation = Files.exists(oldFile) ? generation - 1 : generation;
    return cursor;
  }

  /** Notes what is new since the last time; {@code now} becomes its timestamp. */
  synchronized void observe(Instant now) throws IOException {
    long size = size(file);
    if (observed < 0) {
      observed = lastObserved();
    }
    if (size > observed) {
      ByteBuffer record = ByteBuffer.allocate(RECORD);
      record.putLong(size).putLong(now.toEpochMilli()).flip();
      try (FileChannel channel =
          FileChannel.open(times, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (record.hasRemaining()) {
          channel.write(record);
        }
      }
      observed = size;
    }
    if (size > limit) {
      rotate();
    }
  }

  private long lastObserved() throws IOException {
    try (FileChannel channel = FileChannel.open(times)) {
      long records = channel.size() / RECORD;
      return records == 0 ? 0 : record(channel, records - 1).getLong(0);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private void rotate() throws IOException {
    Files.move(times, oldTimes, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel from =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel to =
            FileChannel.open(
                oldFile,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
      long copied = 0;
      while (copied < from.size()) {
        copied += from.transferTo(copied, from.size() - copied, to);
      }
      from.truncate(0);
    }
    generation++;
    observed = 0;
  }

  /**
   * The next lines, at most about 64 KiB of them; empty at the end.
   *
   * @param last whether no more will come, so that a line without line end counts too
   */
  synchronized List<LogLine> read(Cursor cursor, boolean last, Instant now) throws IOException {
    List<LogLine> lines = new ArrayList<>();
    while (lines.isEmpty()) {
      if (cursor.generation < generation - 1) { // too slow: a whole file was dropped meanwhile
        cursor.generation = generation - 1;
        cursor.offset = 0;
        cursor.partial = new byte[0];
      }
      boolean old = cursor.generation < generation;
      byte[] chunk = chunk(old ? oldFile : file, cursor.offset);
      if (chunk.length > 0) {
        split(cursor, chunk, old ? oldTimes : times, now, lines);
      } else if (old) {
        cursor.generation++;
        cursor.offset = 0;
      } else {
        if (last && cursor.partial.length > 0) {
          lines.add(line(cursor.partial, time(times, cursor.offset, now)));
          cursor.partial = new byte[0];
        }
        break;
      }
    }
    return lines;
  }

  private void split(Cursor cursor, byte[] chunk, Path timesFile, Instant now, List<LogLine> lines)
      throws IOException {
    int begin = 0;
    long known = -1;
    Instant timestamp = now;
    for (int i = 0; i < chunk.length; i++) {
      boolean tooLong = cursor.partial.length + i - begin >= CHUNK;
      if (chunk[i] == '\n' || tooLong) {
        long end = cursor.offset + i + 1;
        if (end > known) {
          Mark mark = mark(timesFile, end, now);
          known = mark.end;
          timestamp = mark.time;
        }
        int length = chunk[i] == '\n' ? i - begin : i - begin + 1;
        lines.add(line(join(cursor.partial, chunk, begin, length), timestamp));
        cursor.partial = new byte[0];
        begin = i + 1;
      }
    }
    cursor.partial = join(cursor.partial, chunk, begin, chunk.length - begin);
    cursor.offset += chunk.length;
  }

  private static byte[] join(byte[] head, byte[] from, int begin, int length) {
    byte[] joined = Arrays.copyOf(head, head.length + length);
    System.arraycopy(from, begin, joined, head.length, length);
    return joined;
  }

  private LogLine line(byte[] bytes, Instant timestamp) {
    return new LogLine(stderr, timestamp, new String(bytes, StandardCharsets.UTF_8));
  }

  private static byte[] chunk(Path file, long offset) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long rest = channel.size() - offset;
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, Math.min(rest, CHUNK)));
      while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {
        // until the buffer is full
      }
      return Arrays.copyOf(buffer.array(), buffer.position());
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  // Times: records of (bytes there at the latest, when), both growing

  /** Everything up to {@code end} has this time. */
  private record Mark(long end, Instant time) {}

  private static Instant time(Path timesFile, long offset, Instant now) throws IOException {
    return mark(timesFile, offset, now).time;
  }

  private static Mark mark(Path timesFile, long offset, Instant now) throws IOException {
    try (FileChannel channel = FileChannel.open(timesFile)) {
      long low = 0;
      long high = channel.size() / RECORD;
      while (low < high) {
        long middle = (low + high) >>> 1;
        if (record(channel, middle).getLong(0) < offset) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      if (low < channel.size() / RECORD) {
        ByteBuffer record = record(channel, low);
        return new Mark(record.getLong(0), Instant.ofEpochMilli(record.getLong(Long.BYTES)));
      }
    } catch (NoSuchFileException e) {
      // nothing was noted yet
    }
    return new Mark(Long.MAX_VALUE, now);
  }

  private static ByteBuffer record(FileChannel channel, long index) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(RECORD);
    while (record.hasRemaining() && channel.read(record, index * RECORD + record.position()) > 0) {
      // until the record is complete
    }
    return record;
  }

  private static long size(Path path) throws IOException {
    try {
      return Files.size(path);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
