// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.loop.RandomSource;
import io.jswarm.raft.storage.SimulatedDisk.Change;
import io.jswarm.raft.storage.SimulatedDisk.Kind;
import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SlotFileTest {
  private static final String NAME = "vote";
  private static final int PAGE = 4096;

  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void aNewFileHasNoValue() throws IOException {
    assertThat(open(disk)).isNull();
    assertThat(open(disk)).isNull();
  }

  @Test
  void theLastValueIsRead() throws IOException {
    write("a", "", "c");

    assertThat(open(disk)).isEqualTo("c");
    write("");
    assertThat(open(disk)).isEmpty();
  }

  @Test
  void aValueOfThreeKibibytesIsTheLargest() throws IOException {
    write("x".repeat(SlotFile.MAX_VALUE));

    assertThat(open(disk)).hasSize(SlotFile.MAX_VALUE);
    assertThatThrownBy(() -> write("x".repeat(SlotFile.MAX_VALUE + 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aWriteIsDurableOnReturn() throws IOException {
    RandomSource random = RandomSource.seeded(1);
    for (int i = 0; i < 50; i++) {
      write("value " + i);
      for (int cut = 0; cut < 10; cut++) {
        assertThat(open(disk.powerCut(random))).isEqualTo("value " + i);
      }
    }
  }

  @Test
  void aPowerCutAtAnyMomentLeavesTheLastValueOrTheOneInHand() throws IOException {
    SimulatedDisk recorded = new SimulatedDisk().recorded();
    int[] written = new int[20];
    try (SlotFile file = SlotFile.open(recorded, NAME)) {
      for (int i = 0; i < written.length; i++) {
        file.write(bytes("" + i));
        written[i] = recorded.age();
      }
    }

    RandomSource random = RandomSource.seeded(2);
    SimulatedDisk replayed = new SimulatedDisk();
    int age = 0;
    int last = -1;
    for (Change change : recorded.history()) {
      replayed.replay(change);
      age++;
      while (last + 1 < written.length && written[last + 1] <= age) {
        last++;
      }
      for (int cut = 0; cut < 20; cut++) {
        SimulatedDisk left = replayed.powerCut(random);
        String found = open(left);
        int value = found == null ? -1 : Integer.parseInt(found);
        assertThat(value).isBetween(last, last + 1);
        assertThat(open(left.powerCut(random))).as("again").isEqualTo(found);
      }
    }
  }

  @Test
  void aKilledProcessLeavesAValueThatSurvivesAPowerCutOnceItWasRead() throws IOException {
    RandomSource random = RandomSource.seeded(3);
    for (int i = 0; i < 200; i++) {
      SimulatedDisk dying = disk.copy();
      try (SlotFile file = SlotFile.open(dying, NAME)) {
        file.write(bytes("a"));
        dying.crashAfter(random.nextInt(4));
        file.write(bytes("b"));
      } catch (IOException e) {
        // It was killed.
      }
      SimulatedDisk next = dying.copy();
      String found = open(next);
      assertThat(open(next.powerCut(random))).isEqualTo(found);
    }
  }

  @Test
  void aValueFoundAfterAFailedSyncIsWrittenAgain() throws IOException {
    RandomSource random = RandomSource.seeded(3);
    for (int passing = 0; passing < 2; passing++) {
      SimulatedDisk failing = new SimulatedDisk();
      try (SlotFile file = SlotFile.open(failing, NAME)) {
        file.write(bytes("a"));
        failing.fail(Kind.SYNC, passing);
        file.write(bytes("b"));
        file.write(bytes("c"));
      } catch (IOException e) {
        // It is closed, and opened by another process.
      }
      SimulatedDisk next = failing.copy();
      String found = open(next);
      for (int i = 0; i < 20; i++) {
        assertThat(open(next.powerCut(random))).isEqualTo(found);
      }
    }
  }

  @Test
  void oneDamagedSlotDoesNotBringTheFormerValueBack() throws IOException {
    write("a", "b");

    for (int offset = 0; offset < 2 * PAGE; offset++) {
      SimulatedDisk damaged = disk.copy();
      damaged.flip(NAME, offset, offset % 8);
      assertThat(open(damaged)).isEqualTo("b");
    }
  }

  @Test
  void twoDamagedSlotsAreRefused() throws IOException {
    write("a");
    disk.flip(NAME, 10, 0);
    disk.flip(NAME, PAGE + 10, 0);

    assertThatThrownBy(() -> open(disk))
        .isInstanceOf(UntrustedLogException.class)
        .hasMessageContaining(NAME);
  }

  @Test
  void anEmptiedFileIsRefused() throws IOException {
    write("a");
    disk.replace(NAME, new byte[0]);

    assertThatThrownBy(() -> open(disk)).isInstanceOf(UntrustedLogException.class);
  }

  @Test
  void aFailedWriteIsTheEnd() throws IOException {
    try (SlotFile file = SlotFile.open(disk, NAME)) {
      file.write(bytes("a"));
      disk.fail(Kind.SYNC, 0);

      assertThatThrownBy(() -> file.write(bytes("b"))).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> file.write(bytes("c"))).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(file::read).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aFullDiskDoesNotStopWriting() throws IOException {
    write("a");
    disk.capacity(disk.used());

    write("b");

    assertThat(open(disk)).isEqualTo("b");
  }

  private void write(String... values) throws IOException {
    try (SlotFile file = SlotFile.open(disk, NAME)) {
      for (String value : values) {
        file.write(bytes(value));
      }
    }
  }

  private static String open(Disk from) throws IOException {
    try (SlotFile file = SlotFile.open(from, NAME)) {
      return file.read().map(value -> new String(value, StandardCharsets.UTF_8)).orElse(null);
    }
  }

  private static byte[] bytes(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
