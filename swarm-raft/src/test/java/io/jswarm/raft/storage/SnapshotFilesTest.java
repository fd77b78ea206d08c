// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.loop.RandomSource;
import io.jswarm.raft.storage.SimulatedDisk.Kind;
import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotFilesTest {
  private static final int BLOCK = StoredSnapshot.BLOCK;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final SnapshotFiles files = open(disk);

  @Test
  void thereIsNoneInTheBeginning() {
    assertThat(files.current()).isEmpty();
  }

  @Test
  void aCommittedSnapshotIsTheCurrentOne() throws IOException {
    for (int size : List.of(0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 5)) {
      StoredSnapshot written = write(files, 10 + size, 2, size);

      assertThat(files.current()).containsSame(written);
      assertThat(written.size()).isEqualTo(size);
      assertThat(written.open().readAllBytes()).isEqualTo(content(10 + size, size));
      StoredSnapshot read = open(disk.copy()).current().orElseThrow();
      assertThat(read.index()).isEqualTo(10 + size);
      assertThat(read.term()).isEqualTo(2);
      assertThat(read.size()).isEqualTo(size);
      assertThat(read.open().readAllBytes()).isEqualTo(content(10 + size, size));
    }
  }

  @Test
  void blocksAreReadInAnyOrder() throws IOException {
    StoredSnapshot snapshot = write(files, 7, 2, 2 * BLOCK + 5);
    byte[] content = content(7, 2 * BLOCK + 5);

    assertThat(snapshot.block(2)).isEqualTo(Arrays.copyOfRange(content, 2 * BLOCK, content.length));
    assertThat(snapshot.block(0)).isEqualTo(Arrays.copyOf(content, BLOCK));
    assertThat(snapshot.block(1)).hasSize(BLOCK);
    assertThatThrownBy(() -> snapshot.block(3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> snapshot.block(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void singleBytesAreWrittenAndRead() throws IOException {
    try (SnapshotWriter writer = files.create(1, 1)) {
      writer.write(200);
      writer.write(3);
      try (var in = writer.commit().open()) {
        assertThat(List.of(in.read(), in.read(), in.read())).containsExactly(200, 3, -1);
      }
    }
  }

  @Test
  void theFormerSnapshotStaysReadableUntilTheNextCommit() throws IOException {
    StoredSnapshot first = write(files, 1, 1, 100);
    write(files, 2, 1, 100);

    assertThat(first.block(0)).isEqualTo(content(1, 100));
    assertThat(disk.list()).hasSize(2);
    write(files, 3, 1, 100);
    assertThatThrownBy(() -> first.block(0)).isInstanceOf(IllegalStateException.class);
    assertThat(disk.list()).hasSize(2);
    assertThat(open(disk).current().orElseThrow().index()).isEqualTo(3);
    assertThat(disk.list()).hasSize(1);
  }

  @Test
  void aSnapshotOfTheSameEntryReplacesTheFirst() throws IOException {
    write(files, 1, 1, 100);
    write(files, 1, 1, 100);
    write(files, 1, 1, 100);
    write(files, 2, 1, 100);

    assertThat(open(disk).current().orElseThrow().index()).isEqualTo(2);
  }

  @Test
  void anOlderSnapshotIsNotCommitted() throws IOException {
    try (SnapshotWriter late = files.create(5, 1)) {
      write(files, 9, 1, 10);

      assertThatThrownBy(late::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(files.current().orElseThrow().index()).isEqualTo(9);
    assertThat(disk.list()).hasSize(1);
  }

  @Test
  void anAbandonedSnapshotLeavesNothing() throws IOException {
    write(files, 1, 1, 10);
    try (SnapshotWriter writer = files.create(2, 1)) {
      writer.write(content(2, BLOCK * 2));
    }

    assertThat(files.current().orElseThrow().index()).isEqualTo(1);
    assertThat(disk.list()).hasSize(1);
  }

  @Test
  void leftoversOfAKilledProcessAreRemoved() throws IOException {
    write(files, 1, 1, 10);
    try (SnapshotWriter writer = files.create(2, 1)) {
      writer.write(content(2, BLOCK * 2));

      SimulatedDisk killed = disk.copy();
      assertThat(open(killed).current().orElseThrow().index()).isEqualTo(1);
      assertThat(killed.list()).hasSize(1);
    }
  }

  @Test
  void aFlippedBitAnywhereIsNoticed() throws IOException {
    write(files, 4, 2, BLOCK + 100);
    String name = disk.list().get(0);
    int size = disk.contents(name).length;
    List<Integer> offsets = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      offsets.add(i);
      offsets.add(size - 1 - i);
    }
    for (int i = 64; i < size - 64; i += 97) {
      offsets.add(i);
    }

    for (int offset : offsets) {
      SimulatedDisk damaged = disk.copy();
      damaged.flip(name, offset, offset % 8);
      assertThatThrownBy(() -> open(damaged))
          .as("offset " + offset)
          .isInstanceOf(UntrustedLogException.class)
          .hasMessageContaining(name);
    }
  }

  @Test
  void aCutOrSwappedFileIsNoticed() throws IOException {
    write(files, 4, 2, 2 * BLOCK);
    String name = disk.list().get(0);
    byte[] contents = disk.contents(name);
    for (int length : List.of(0, 10, 100, contents.length - BLOCK, contents.length - 1)) {
      SimulatedDisk damaged = disk.copy();
      damaged.replace(name, Arrays.copyOf(contents, length));
      assertThatThrownBy(() -> open(damaged)).isInstanceOf(UntrustedLogException.class);
    }
    write(files, 5, 2, 2 * BLOCK);
    disk.replace(disk.list().get(1), contents);
    assertThatThrownBy(() -> open(disk)).isInstanceOf(UntrustedLogException.class);
  }

  @Test
  void aBlockDamagedLaterIsNoticedWhenItIsRead() throws IOException {
    StoredSnapshot snapshot = write(files, 4, 2, 3 * BLOCK);
    disk.flip(disk.list().get(0), BLOCK + 500, 3);

    assertThat(snapshot.block(0)).hasSize(BLOCK);
    assertThat(snapshot.block(2)).hasSize(BLOCK);
    assertThatThrownBy(() -> snapshot.block(1)).isInstanceOf(UntrustedLogException.class);
  }

  @Test
  void aFullDiskLeavesTheFormerSnapshot() throws IOException {
    write(files, 1, 1, 10);
    long used = disk.used();
    disk.capacity(used + BLOCK);

    try (SnapshotWriter writer = files.create(2, 1)) {
      assertThatThrownBy(() -> writer.write(content(2, 4 * BLOCK)))
          .isInstanceOf(DiskFullException.class);
    }

    assertThat(disk.used()).isEqualTo(used);
    assertThat(open(disk).current().orElseThrow().index()).isEqualTo(1);
  }

  @Test
  void aFailedSyncIsNoCommit() throws IOException {
    write(files, 1, 1, 10);
    try (SnapshotWriter writer = files.create(2, 1)) {
      writer.write(content(2, 10));
      disk.fail(Kind.SYNC, 0);

      assertThatThrownBy(writer::commit).isInstanceOf(IOException.class);
    }
    assertThat(files.current().orElseThrow().index()).isEqualTo(1);
    assertThat(open(disk).current().orElseThrow().index()).isEqualTo(1);
  }

  @Test
  void aPowerCutAtAnyMomentLeavesACompleteSnapshot() throws IOException {
    RandomSource random = RandomSource.seeded(4);
    for (int crash = 0; crash < 40; crash++) {
      SimulatedDisk dying = new SimulatedDisk();
      SnapshotFiles dyingFiles = open(dying);
      write(dyingFiles, 1, 1, BLOCK + 7);
      dying.crashAfter(crash);
      long committed = 1;
      try {
        for (committed = 1; committed < 4; committed++) {
          write(dyingFiles, committed + 1, 1, BLOCK + 7);
        }
      } catch (IOException e) {
        // It was killed.
      }
      for (int cut = 0; cut < 20; cut++) {
        StoredSnapshot left = open(dying.powerCut(random)).current().orElseThrow();
        assertThat(left.index()).isBetween(committed, committed + 1);
        assertThat(left.open().readAllBytes()).isEqualTo(content(left.index(), BLOCK + 7));
      }
    }
  }

  @Test
  void c10_14_noContentIsOnDiskInPlain() throws IOException {
    try (SnapshotWriter writer = files.create(1, 1)) {
      writer.write("this is a secret".repeat(5000).getBytes(StandardCharsets.UTF_8));
      writer.commit();
    }

    assertThat(new String(disk.contents(disk.list().get(0)), StandardCharsets.ISO_8859_1))
        .doesNotContain("secret");
  }

  private static SnapshotFiles open(SimulatedDisk disk) {
    try {
      return SnapshotFiles.open(disk, JournalRig.SEAL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StoredSnapshot write(SnapshotFiles to, long index, long term, int size)
      throws IOException {
    try (SnapshotWriter writer = to.create(index, term)) {
      writer.write(content(index, size));
      return writer.commit();
    }
  }

  static byte[] content(long index, int size) {
    byte[] content = new byte[size];
    RandomSource random = RandomSource.seeded(index);
    for (int i = 0; i < size; i++) {
      content[i] = (byte) random.nextInt(256);
    }
    return content;
  }
}
