// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One small value that is replaced as a whole, such as the term and the vote. The file has two
 * slots, a page each. A write goes to the slot that holds nothing needed and is synced, so a torn
 * one leaves the former value; then the other slot gets a copy, which the next write makes durable.
 * So a slot that decays later does not bring the former value back.
 *
 * <p>Single thread, blocking. After a failed write the file refuses everything: nobody knows which
 * of the two values is on disk.
 */
public final class SlotFile implements AutoCloseable {
  /** Bytes. */
  public static final int MAX_VALUE = 3 * 1024;

  private static final int PAGE = 4096;
  private static final int SLOTS = 2;
  private static final int MAGIC = 0x4a53_4c54; // JSLT
  private static final int VERSION = 1;
  private static final int HEADER = 4 * Integer.BYTES + Long.BYTES;
  private static final int NO_VALUE = -1;

  private final DiskFile file;
  private final String name;
  private Slot slot;
  private int next;
  private boolean failed;

  private SlotFile(DiskFile file, String name, Slot slot, int next) {
    this.file = file;
    this.name = name;
    this.slot = slot;
    this.next = next;
  }

  /** The value with the number of its write; no value before the first one. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Slot(long sequence, byte @Nullable [] value) {}

  /**
   * Opens the file, and makes one without a value if there is none.
   *
   * @throws UntrustedLogException when neither slot is intact
   */
  public static SlotFile open(Disk disk, String name) throws IOException {
    if (!disk.exists(name)) {
      create(disk, name);
    }
    // Also when it is there: who made it may have been killed before this.
    disk.sync();
    DiskFile file = disk.open(name);
    try {
      return recover(file, name);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Both slots are there before the name is, so a slot file is never without an intact one. */
  private static void create(Disk disk, String name) throws IOException {
    String written = name + ".tmp";
    disk.delete(written);
    try (DiskFile file = disk.open(written)) {
      for (int i = 0; i < SLOTS; i++) {
        file.write((long) i * PAGE, ByteBuffer.wrap(encode(new Slot(0, null))));
      }
      file.sync();
    }
    disk.rename(written, name);
  }

  private static SlotFile recover(DiskFile file, String name) throws IOException {
    Slot first = decode(page(file, 0));
    Slot second = decode(page(file, 1));
    boolean firstCounts = first != null && (second == null || first.sequence >= second.sequence);
    Slot newest = firstCounts ? first : second;
    if (newest == null) {
      throw new UntrustedLogException(name + " is damaged: neither of its two slots is intact");
    }
    SlotFile slots = new SlotFile(file, name, newest, firstCounts ? 1 : 0);
    // What was read may never have come further than the system's memory.
    file.sync();
    slots.put(newest);
    return slots;
  }

  private static byte[] page(DiskFile file, int number) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(PAGE);
    while (page.hasRemaining() && file.read((long) number * PAGE + page.position(), page) >= 0) {}
    return page.array();
  }

  private static byte[] encode(Slot slot) {
    byte[] value = slot.value == null ? new byte[0] : slot.value;
    ByteBuffer page = ByteBuffer.allocate(PAGE);
    page.putInt(0).putInt(MAGIC).putInt(VERSION).putLong(slot.sequence);
    page.putInt(slot.value == null ? NO_VALUE : value.length).put(value);
    page.putInt(0, Checksum.of(page.array(), Integer.BYTES, HEADER - Integer.BYTES + value.length));
    return page.array();
  }

  private static @Nullable Slot decode(byte[] bytes) {
    ByteBuffer page = ByteBuffer.wrap(bytes);
    int crc = page.getInt();
    boolean known = page.getInt() == MAGIC && page.getInt() == VERSION;
    long sequence = page.getLong();
    int length = page.getInt();
    if (!known || length < NO_VALUE || length > MAX_VALUE) {
      return null;
    }
    if (crc != Checksum.of(bytes, Integer.BYTES, HEADER - Integer.BYTES + Math.max(length, 0))) {
      return null;
    }
    byte[] value = length == NO_VALUE ? null : Arrays.copyOfRange(bytes, HEADER, HEADER + length);
    return new Slot(sequence, value);
  }

  /** The value last written, or nothing before the first write. */
  public Optional<byte[]> read() {
    requireUsable();
    return Optional.ofNullable(slot.value).map(byte[]::clone);
  }

  /**
   * Replaces the value; durable on return.
   *
   * @throws IOException when that is not certain; the file is of no use then
   */
  public void write(byte[] value) throws IOException {
    requireUsable();
    if (value.length > MAX_VALUE) {
      throw new IllegalArgumentException(
          name + " holds " + MAX_VALUE + " bytes, not " + value.length);
    }
    Slot written = new Slot(slot.sequence + 1, value.clone());
    put(written);
    slot = written;
  }

  /** Leaves the same in both slots, the one at {@code next} durable. */
  private void put(Slot written) throws IOException {
    byte[] page = encode(written);
    failed = true;
    file.write((long) next * PAGE, ByteBuffer.wrap(page));
    file.sync();
    next = 1 - next;
    file.write((long) next * PAGE, ByteBuffer.wrap(page));
    failed = false;
  }

  private void requireUsable() {
    if (failed) {
      throw new IllegalStateException(name + " could not be written; open it again");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
