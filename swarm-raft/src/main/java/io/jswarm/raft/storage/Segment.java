// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of the journal: a page with the header, two pages with a watermark each, then records. The
 * file has its full size from the begin, so writing into it needs no space.
 *
 * <p>The writer writes; the owner reads records that the writer reported.
 */
final class Segment {
  /** Where the first record is. */
  static final int RECORDS = 3 * 4096;

  private static final int PAGE = 4096;
  private static final long MAGIC = 0x4a53_5741_524d_4c47L; // JSWARMLG
  private static final int VERSION = 1;
  private static final int HEADER = 5 * Integer.BYTES + 4 * Long.BYTES;
  private static final int WATERMARK = 2 * Integer.BYTES + 3 * Long.BYTES;
  private static final Pattern NAME = Pattern.compile("log-([0-9]{19,20})\\.seg");

  /**
   * What does not change.
   *
   * @param first index of the first record
   * @param boundaryTerm term of the entry before it
   * @param chain CRC of the record before it, 0 if there is none
   * @param id random
   * @param size bytes of the file
   */
  record Header(int keyId, long first, long boundaryTerm, int chain, long id, int size) {}

  /** All up to {@code index} was durable when this was written. */
  record Watermark(long sequence, long index, long term, int epoch) {}

  private final Header header;
  private final DiskFile file;
  private final Seal seal;

  private Segment(Header header, DiskFile file, Seal seal) {
    this.header = header;
    this.file = file;
    this.seal = seal;
  }

  static String name(long first) {
    return String.format("log-%020d.seg", first);
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The first index that a name says. */
  static long first(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(name);
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Turns an empty file, all zeros and durable, into a segment; durable on return. */
  static Segment create(
      Disk disk, Seal seal, String from, DiskFile file, Header header, Watermark empty)
      throws IOException {
    Segment segment = new Segment(header, file, seal);
    file.write(0, encode(header));
    segment.write(empty);
    segment.write(new Watermark(empty.sequence + 1, empty.index, empty.term, empty.epoch));
    file.sync();
    disk.rename(from, segment.name());
    disk.sync();
    return segment;
  }

  /**
   * Opens the segment of that first index.
   *
   * @throws UntrustedLogException when it is not there, has not its size, or its header is damaged
   */
  static Segment open(Disk disk, Seal seal, long first) throws IOException {
    String name = name(first);
    if (!disk.exists(name)) {
      throw new UntrustedLogException(name + " is missing");
    }
    DiskFile file = disk.open(name);
    try {
      Header header = file.size() < RECORDS ? null : decode(file.readExactly(0, HEADER));
      if (header == null || header.first != first) {
        throw new UntrustedLogException(name + " is damaged at offset 0: not its header");
      }
      if (file.size() != header.size) {
        throw new UntrustedLogException(
            name + " has " + file.size() + " bytes instead of " + header.size);
      }
      if (!seal.holds(header.keyId)) {
        throw new UntrustedLogException(name + " is " + Seal.missing(header.keyId));
      }
      return new Segment(header, file, seal);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static ByteBuffer encode(Header header) {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(header.keyId);
    bytes.putLong(header.first).putLong(header.boundaryTerm).putInt(header.chain);
    bytes.putLong(header.id).putInt(header.size);
    return bytes.putInt(Checksum.of(bytes.array(), 0, HEADER - Integer.BYTES)).flip();
  }

  private static @Nullable Header decode(byte[] array) {
    ByteBuffer bytes = ByteBuffer.wrap(array);
    if (bytes.getLong() != MAGIC
        || bytes.getInt() != VERSION
        || bytes.getInt(HEADER - Integer.BYTES) != Checksum.of(array, 0, HEADER - Integer.BYTES)) {
      return null;
    }
    return new Header(
        bytes.getInt(),
        bytes.getLong(),
        bytes.getLong(),
        bytes.getInt(),
        bytes.getLong(),
        bytes.getInt());
  }

  /** Writes a watermark over the older of the two; the next sync makes it durable. */
  void write(Watermark watermark) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(WATERMARK);
    bytes.putLong(watermark.sequence).putLong(watermark.index).putLong(watermark.term);
    bytes
        .putInt(watermark.epoch)
        .putInt(Checksum.of(header.id, bytes.array(), 0, WATERMARK - Integer.BYTES));
    file.write(offset(watermark.sequence), bytes.flip());
  }

  /**
   * The newer of the two watermarks.
   *
   * @throws UntrustedLogException when neither is intact
   */
  Watermark watermark() throws IOException {
    Watermark even = watermark(0);
    Watermark odd = watermark(1);
    boolean evenCounts = even != null && (odd == null || even.sequence > odd.sequence);
    Watermark newer = evenCounts ? even : odd;
    if (newer == null) {
      throw damaged(PAGE, "neither watermark is intact");
    }
    return newer;
  }

  private @Nullable Watermark watermark(long parity) throws IOException {
    byte[] array = file.readExactly(offset(parity), WATERMARK);
    ByteBuffer bytes = ByteBuffer.wrap(array);
    Watermark watermark =
        new Watermark(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getInt());
    boolean intact =
        bytes.getInt() == Checksum.of(header.id, array, 0, WATERMARK - Integer.BYTES)
            && (watermark.sequence & 1) == parity;
    return intact ? watermark : null;
  }

  private static long offset(long sequence) {
    return PAGE * (1 + (sequence & 1));
  }

  /**
   * The payload of an entry whose record is there.
   *
   * @throws UntrustedLogException when it is not, or cannot be read
   */
  byte[] read(int offset, long index, long term) {
    try {
      RecordHeader record = RecordHeader.decode(file.readExactly(offset, RecordHeader.BYTES), 0);
      if (record.index() != index
          || record.term() != term
          || record.length() <= 0
          || record.length() > header.size - offset - RecordHeader.BYTES) {
        throw damaged(offset, "not the record of entry " + index);
      }
      byte[] whole = file.readExactly(offset, RecordHeader.BYTES + record.length());
      if (!record.isIntact(header.id, whole, 0)) {
        throw damaged(offset, "the record of entry " + index + " has a wrong checksum");
      }
      return open(whole, record, offset);
    } catch (IOException e) {
      throw new UntrustedLogException(name() + " cannot be read at offset " + offset, e);
    }
  }

  private byte[] open(byte[] whole, RecordHeader record, int offset) {
    byte[] associatedData = RecordHeader.associatedData(record.index(), record.term());
    try {
      return seal.open(whole, RecordHeader.BYTES, record.length(), associatedData);
    } catch (UntrustedLogException e) {
      throw new UntrustedLogException(
          name() + " cannot be read at offset " + offset + ": " + e.getMessage(), e);
    }
  }

  UntrustedLogException damaged(int offset, String what) {
    return new UntrustedLogException(name() + " is damaged at offset " + offset + ": " + what);
  }

  String name() {
    return name(header.first);
  }

  Header header() {
    return header;
  }

  DiskFile file() {
    return file;
  }
}
