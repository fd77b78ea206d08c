// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.RandomSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FullDiskTest {
  private static final int SEGMENT = 16 * 1024;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final JournalRig rig = new JournalRig(disk).settle();
  private final Journal journal = rig.journal;

  @Test
  void theOwnerIsToldWhenTheNextSegmentCannotBeMade() {
    disk.capacity(disk.used() + 100);

    rig.fill(1, 8).settle();

    assertThat(rig.full).containsExactly(true);
    assertThat(journal.isFull()).isTrue();
    assertThat(journal.durableIndex()).as("the spare segment is used").isEqualTo(8);
  }

  @Test
  void whatIsLeftOfTheSegmentCanBeUsed() {
    disk.capacity(disk.used() + 100);
    rig.fill(1, 8).settle();

    rig.append(1, "small").settle();

    assertThat(journal.durableIndex()).isEqualTo(9);
    assertThat(rig.failures).isEmpty();
  }

  @Test
  void whatGoesBeyondWaitsForSpace() {
    disk.capacity(disk.used() + 100);

    rig.fill(1, 30).settle();
    CompletableFuture<Void> flushed = journal.flush().toCompletableFuture();
    rig.settle();
    journal.retry();
    rig.settle();

    long durable = journal.durableIndex();
    assertThat(durable).isBetween(8L, 29L);
    assertThat(journal.lastIndex()).isEqualTo(30);
    assertThat(rig.read(30)).isEqualTo(JournalRig.text(30, 1));
    assertThat(flushed).isNotDone();
    assertThat(rig.kill().entries()).isEqualTo(rig.entries().subList(0, (int) durable));

    disk.capacity(disk.used() + 100L * SEGMENT);
    journal.retry();
    rig.settle();

    assertThat(flushed).isCompleted();
    assertThat(rig.full).containsExactly(true, false);
    assertThat(journal.durableIndex()).isEqualTo(30);
    assertThat(rig.kill().entries()).isEqualTo(rig.entries()).hasSize(30);
    assertThat(rig.failures).isEmpty();
  }

  @Test
  void compactionMakesSpaceForWhatWaits() {
    rig.fill(1, 20).settle();
    disk.capacity(disk.used() + 100);
    rig.fill(1, 20).settle();
    assertThat(journal.durableIndex()).isLessThan(40);

    journal.compact(15);
    rig.settle();

    assertThat(journal.durableIndex()).isEqualTo(40);
    assertThat(rig.kill().entries()).isEqualTo(rig.entries());
  }

  @Test
  void waitingEntriesCanBeTruncated() {
    disk.capacity(disk.used() + 100);
    rig.fill(1, 30).settle();
    long durable = journal.durableIndex();
    rig.journal.truncateAfter(durable + 3);
    rig.settle();

    rig.journal.truncateAfter(durable - 1);
    rig.append(2, "small").settle();

    assertThat(journal.durableIndex()).isEqualTo(durable);
    assertThat(rig.kill().entries()).isEqualTo(rig.entries()).endsWith("2:small");
  }

  @Test
  void aResetMakesSpace() {
    disk.capacity(disk.used() + 100);
    rig.fill(1, 30).settle();

    journal.reset(50, 2);
    rig.append(3, "x").settle();

    assertThat(journal.durableIndex()).isEqualTo(51);
    assertThat(rig.kill().entries()).containsExactly("3:x");
  }

  @Test
  void aJournalOpensOnAFullDisk() {
    rig.fill(1, 10).settle();
    List<String> entries = rig.entries();
    disk.lose(SpareSegment.NAME);
    disk.capacity(disk.used());

    JournalRig killed = rig.kill();

    assertThat(killed.entries()).isEqualTo(entries);
    assertThat(killed.journal.isFull()).isTrue();
    killed.append(1, "small").settle();
    assertThat(killed.journal.durableIndex()).isEqualTo(11);
  }

  @Test
  void noCapacityLeavesAnythingInParts() {
    for (int seed = 0; seed < 300; seed++) {
      RandomSource random = RandomSource.seeded(seed);
      SimulatedDisk small = new SimulatedDisk();
      JournalRig filling = new JournalRig(small).settle();
      small.capacity(small.used() + random.nextInt(10 * SEGMENT));

      while (!filling.journal.isFull() || random.nextInt(20) != 0) {
        filling.fill(1, 1 + random.nextInt(3)).settle();
      }

      assertThat(filling.failures).as("seed " + seed).isEmpty();
      List<String> durable = filling.entries().subList(0, (int) filling.journal.durableIndex());
      assertThat(filling.kill().entries()).as("seed " + seed).isEqualTo(durable);
      assertThat(new JournalRig(small.powerCut(random)).entries())
          .as("seed " + seed)
          .isEqualTo(durable);
    }
  }
}
