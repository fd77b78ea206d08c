// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.spi.UntrustedLogException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage of what was durable either does no harm or is refused; the log never gets shorter. */
class CorruptionTest {
  private static final int PAGE = 4096;

  private final SimulatedDisk disk = new SimulatedDisk();
  private List<String> entries;
  private List<String> segments;
  private int refused;
  private int unharmed;

  @BeforeEach
  void aClosedJournalOfSeveralSegments() {
    JournalRig rig = new JournalRig(disk);
    rig.settle().fill(1, 30).settle();
    rig.journal.truncateAfter(25);
    rig.journal.compact(8);
    rig.fill(2, 3).settle().append(3, "the last").settle();
    entries = rig.entries();
    rig.journal.close();
    rig.settle();
    segments = disk.list().stream().filter(Segment::isName).toList();
    assertThat(segments).hasSizeGreaterThan(2);
  }

  @Test
  void aFlippedBitOfAHeaderIsRefused() {
    for (String segment : segments) {
      for (int offset = 0; offset < 52; offset++) {
        flip(segment, offset);
      }
    }

    assertThat(unharmed).isZero();
  }

  @Test
  void aFlippedBitOfAWatermarkDoesNoHarm() {
    for (String segment : segments) {
      for (int offset = 0; offset < 64; offset++) {
        flip(segment, PAGE + offset);
        flip(segment, 2 * PAGE + offset);
      }
    }

    assertThat(refused).isZero();
  }

  @Test
  void aFlippedBitOfARecordIsRefused() {
    for (String segment : segments) {
      int used = used(segment);
      for (int offset = Segment.RECORDS; offset < used; offset += offset % 200 < 40 ? 1 : 13) {
        flip(segment, offset);
      }
      flip(segment, used - 1);
    }

    // But for what a truncated entry left behind the last one of a segment.
    assertThat(refused).isGreaterThan(20 * unharmed);
  }

  @Test
  void theTailIsGuardedToo() {
    String last = segments.get(segments.size() - 1);
    for (int offset = used(last) - 150; offset < used(last); offset++) {
      flip(last, offset);
    }

    assertThat(unharmed).isZero();
  }

  @Test
  void aFlippedBitInTheZerosAfterTheLastRecordDoesNoHarm() {
    String last = segments.get(segments.size() - 1);
    for (int offset = used(last); offset < 16 * 1024; offset += 7) {
      flip(last, offset);
    }

    assertThat(refused).isZero();
  }

  @Test
  void aFlippedBitOfTheControlDoesNoHarm() {
    for (int offset = 0; offset < 2 * PAGE; offset++) {
      flip(JournalControl.NAME, offset);
    }

    assertThat(refused).isZero();
  }

  @Test
  void aZeroedSectorOrPageIsRefused() {
    for (String segment : segments) {
      for (int size : List.of(512, PAGE)) {
        int used = used(segment);
        for (int offset = Segment.RECORDS; offset < used; offset += size) {
          zero(segment, offset, size);
        }
      }
      zero(segment, 0, PAGE);
    }
    assertThat(unharmed).isLessThanOrEqualTo(1);
    zero(segments.get(segments.size() - 1), PAGE, 2 * PAGE);
    assertThat(unharmed).isLessThanOrEqualTo(1);
  }

  @Test
  void aMissingFileIsRefused() {
    for (String segment : segments) {
      damage("without " + segment, damaged -> damaged.lose(segment));
    }
    damage("without control", damaged -> damaged.lose(JournalControl.NAME));
    damage("without segments", damaged -> segments.forEach(damaged::lose));

    assertThat(unharmed).isZero();
  }

  @Test
  void aCutFileIsRefused() {
    for (String segment : segments) {
      byte[] contents = disk.contents(segment);
      for (int length : List.of(0, 10, PAGE, 2 * PAGE, Segment.RECORDS, contents.length - 1)) {
        damage(
            segment + " cut to " + length,
            damaged -> damaged.replace(segment, Arrays.copyOf(contents, length)));
      }
    }

    assertThat(unharmed).isZero();
  }

  @Test
  void aFileInAnothersPlaceIsRefused() {
    SimulatedDisk other = new SimulatedDisk();
    new JournalRig(other).settle().fill(1, 30).settle();
    for (String segment : segments) {
      for (String source : segments) {
        if (!source.equals(segment)) {
          damage(
              source + " as " + segment,
              damaged -> damaged.replace(segment, disk.contents(source)));
        }
      }
      if (other.exists(segment)) {
        damage(
            segment + " of another journal",
            damaged -> damaged.replace(segment, other.contents(segment)));
      }
    }
    assertThat(refused).isGreaterThan(segments.size() * (segments.size() - 1));

    damage(
        "control of another journal",
        damaged -> damaged.replace(JournalControl.NAME, other.contents(JournalControl.NAME)));
    assertThat(unharmed).isZero();
  }

  @Test
  void aJournalOfOneSegmentIsGuardedToo() {
    SimulatedDisk small = new SimulatedDisk();
    JournalRig rig = new JournalRig(small).settle().append(1, "a", "b", "c").settle();
    rig.journal.retry();
    rig.settle();
    String only = Segment.name(1);
    int used = Segment.RECORDS + 3 * (RecordHeader.BYTES + JournalRig.SEAL.overhead() + 1);

    for (int offset = Segment.RECORDS; offset < used; offset++) {
      SimulatedDisk damaged = small.copy();
      damaged.flip(only, offset, offset % 8);
      assertThatThrownBy(() -> new JournalRig(damaged)).isInstanceOf(UntrustedLogException.class);
    }
    SimulatedDisk other = new SimulatedDisk();
    new JournalRig(other).settle().append(1, "a", "b", "c").settle();
    SimulatedDisk swapped = small.copy();
    swapped.replace(only, other.contents(only));
    assertThatThrownBy(() -> new JournalRig(swapped))
        .isInstanceOf(UntrustedLogException.class)
        .hasMessageContaining(only);
    small.lose(only);
    assertThatThrownBy(() -> new JournalRig(small))
        .isInstanceOf(UntrustedLogException.class)
        .hasMessageContaining(only + " is missing");
  }

  @Test
  void theMessageSaysWhere() {
    String segment = segments.get(1);
    SimulatedDisk damaged = disk.copy();
    damaged.flip(segment, Segment.RECORDS + 100, 1);

    assertThatThrownBy(() -> new JournalRig(damaged))
        .isInstanceOf(UntrustedLogException.class)
        .hasMessageContaining(segment)
        .hasMessageContaining("offset " + Segment.RECORDS);
  }

  @Test
  void aKilledJournalIsGuardedToItsLastEntry() {
    SimulatedDisk killed = new SimulatedDisk();
    JournalRig rig = new JournalRig(killed).settle();
    for (int i = 0; i < 5; i++) {
      rig.append(1, "entry " + i).settle();
    }
    int record = RecordHeader.BYTES + JournalRig.SEAL.overhead() + 7;
    List<Integer> left = new ArrayList<>();

    for (int i = 0; i < 5; i++) {
      SimulatedDisk damaged = killed.copy();
      damaged.flip(Segment.name(1), Segment.RECORDS + (long) i * record + 40, 0);
      try {
        left.add(new JournalRig(damaged).entries().size());
      } catch (UntrustedLogException e) {
        left.add(-1);
      }
    }

    assertThat(left).containsExactly(-1, -1, -1, -1, -1);
  }

  private int used(String segment) {
    byte[] contents = disk.contents(segment);
    int used = contents.length;
    while (contents[used - 1] == 0) {
      used--;
    }
    return used;
  }

  private void flip(String file, int offset) {
    damage(file + " at " + offset, damaged -> damaged.flip(file, offset, offset % 8));
  }

  private void zero(String file, int offset, int size) {
    byte[] contents = disk.contents(file);
    Arrays.fill(contents, offset, Math.min(contents.length, offset + size), (byte) 0);
    damage(file + " zeroed at " + offset, damaged -> damaged.replace(file, contents));
  }

  private void damage(String what, Consumer<SimulatedDisk> how) {
    SimulatedDisk damaged = disk.copy();
    how.accept(damaged);
    try {
      assertThat(new JournalRig(damaged).entries()).as(what).isEqualTo(entries);
      unharmed++;
    } catch (UntrustedLogException e) {
      refused++;
    }
  }
}
