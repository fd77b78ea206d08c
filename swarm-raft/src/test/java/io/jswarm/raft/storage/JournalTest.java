// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.loop.RandomSource;
import io.jswarm.raft.storage.SimulatedDisk.Kind;
import io.jswarm.spi.UntrustedLogException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JournalTest {
  private final SimulatedDisk disk = new SimulatedDisk();
  private final JournalRig rig = new JournalRig(disk).settle();
  private final Journal journal = rig.journal;

  @Test
  void aNewJournalIsEmptyFromTheBeginning() {
    assertThat(journal.boundaryIndex()).isZero();
    assertThat(journal.boundaryTerm()).isZero();
    assertThat(journal.firstIndex()).isEqualTo(1);
    assertThat(journal.lastIndex()).isZero();
    assertThat(journal.lastTerm()).isZero();
    assertThat(journal.durableIndex()).isZero();
    assertThat(journal.termAt(0)).isZero();
    assertThat(journal.isFull()).isFalse();
    assertThat(journal.bytes()).isEqualTo(16 * 1024);
  }

  @Test
  void anEntryIsReadableAtOnceAndDurableLater() {
    rig.append(3, "a");

    assertThat(journal.lastIndex()).isEqualTo(1);
    assertThat(journal.lastTerm()).isEqualTo(3);
    assertThat(rig.read(1)).isEqualTo("a");
    assertThat(journal.durableIndex()).isZero();

    rig.settle();

    assertThat(journal.durableIndex()).isEqualTo(1);
    assertThat(rig.durable).containsExactly(1L);
  }

  @Test
  void whatWaitsTogetherIsSyncedOnce() {
    rig.append(1, "a");
    rig.append(1, "b", "c", "d");
    long before = disk.syncs();

    rig.settle();

    assertThat(disk.syncs() - before).isEqualTo(2);
    assertThat(rig.durable).containsExactly(1L, 4L);
  }

  @Test
  void theNextRoundBeginsBeforeTheListenerIsTold() {
    rig.append(1, "a").append(1, "b");
    rig.runIo();

    rig.runOwner();

    assertThat(rig.io).hasSize(1);
    assertThat(rig.durable).containsExactly(1L);
  }

  @Test
  void entriesAreThereAfterReopening() {
    rig.append(1, "a", "b").append(2, "c").settle();

    JournalRig reopened = rig.reopen();

    assertThat(reopened.entries()).containsExactly("1:a", "1:b", "2:c");
    assertThat(reopened.journal.durableIndex()).isEqualTo(3);
  }

  @Test
  void entriesAreThereAfterAKill() {
    rig.append(1, "a", "b").append(2, "c").settle();

    assertThat(rig.kill().entries()).containsExactly("1:a", "1:b", "2:c");
  }

  @Test
  void entriesSpanSegments() {
    rig.fill(1, 20).settle();
    List<String> before = rig.entries();

    assertThat(disk.list()).filteredOn(Segment::isName).hasSizeGreaterThan(2);
    assertThat(rig.reopen().entries()).isEqualTo(before).hasSize(20);
  }

  @Test
  void oldEntriesLeaveMemoryAndAreReadFromDisk() {
    rig.fill(1, 20).settle();
    disk.fail(Kind.READ, 0);

    assertThat(rig.read(20)).isEqualTo(JournalRig.text(20, 1));
    assertThatThrownBy(() -> rig.read(1)).isInstanceOf(UntrustedLogException.class);
    assertThat(rig.read(1)).isEqualTo(JournalRig.text(1, 1));
  }

  @Test
  void termsAreKnownFromTheBoundaryToTheLast() {
    rig.append(1, "a").append(4, "b").settle();
    rig.append(5, "c");

    assertThat(List.of(journal.termAt(0), journal.termAt(1), journal.termAt(2), journal.termAt(3)))
        .containsExactly(0L, 1L, 4L, 5L);
    assertThatThrownBy(() -> journal.termAt(4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> journal.termAt(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> journal.read(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anEntryThatFitsNoSegmentIsRefused() {
    assertThatThrownBy(() -> journal.append(1, new byte[16 * 1024]))
        .isInstanceOf(IllegalArgumentException.class);

    int largest = 16 * 1024 - 12 * 1024 - 32 - JournalRig.SEAL.overhead();
    journal.append(1, new byte[largest]);
    rig.settle();

    assertThat(rig.reopen().journal.read(1).payload()).hasSize(largest);
  }

  @Test
  void truncatedEntriesAreGoneAtOnceAndForGood() {
    rig.append(1, "a", "b", "c").settle();

    journal.truncateAfter(1);

    assertThat(rig.entries()).containsExactly("1:a");
    assertThat(journal.durableIndex()).isEqualTo(1);
    rig.settle();
    assertThat(rig.kill().entries()).containsExactly("1:a");
    assertThat(rig.reopen().entries()).containsExactly("1:a");
  }

  @Test
  void entriesOfTheSameSizeTakeThePlaceOfTruncatedOnes() {
    rig.append(1, "a", "b", "c").settle();

    journal.truncateAfter(1);
    rig.append(2, "x").settle();

    assertThat(rig.entries()).containsExactly("1:a", "2:x");
    assertThat(rig.kill().entries()).containsExactly("1:a", "2:x");
    assertThat(rig.durable).endsWith(2L);
  }

  @Test
  void entriesAreTruncatedWhileTheyAreWritten() {
    rig.append(1, "a", "b", "c");
    rig.runIo();

    journal.truncateAfter(1);
    rig.append(2, "x");
    rig.settle();

    assertThat(rig.entries()).containsExactly("1:a", "2:x");
    assertThat(rig.durable).containsExactly(1L, 2L);
    assertThat(rig.kill().entries()).containsExactly("1:a", "2:x");
  }

  @Test
  void truncationCrossesSegments() {
    rig.fill(1, 20).settle();

    journal.truncateAfter(3);
    rig.fill(2, 10).settle();

    assertThat(rig.entries()).hasSize(13);
    assertThat(rig.entries().get(3)).startsWith("2:entry 4 of term 2");
    assertThat(rig.kill().entries()).isEqualTo(rig.entries());
  }

  @Test
  void truncationToTheBoundaryEmptiesTheJournal() {
    rig.fill(1, 20).settle();
    journal.truncateAfter(0);
    rig.settle();

    assertThat(rig.kill().entries()).isEmpty();
    rig.append(2, "x").settle();
    assertThat(rig.kill().entries()).containsExactly("2:x");
  }

  @Test
  void onlyWhatIsThereCanBeTruncated() {
    rig.append(1, "a");

    assertThatThrownBy(() -> journal.truncateAfter(2)).isInstanceOf(IllegalArgumentException.class);
    journal.truncateAfter(1);
    assertThat(journal.lastIndex()).isEqualTo(1);
  }

  @Test
  void compactionForgetsWholeSegments() {
    rig.fill(1, 20).settle();
    List<String> before = rig.entries();
    long bytes = journal.bytes();

    journal.compact(15);

    long boundary = journal.boundaryIndex();
    assertThat(boundary).isBetween(7L, 15L);
    assertThat(journal.boundaryTerm()).isEqualTo(1);
    assertThat(journal.termAt(boundary)).isEqualTo(1);
    assertThatThrownBy(() -> journal.read(boundary)).isInstanceOf(IllegalArgumentException.class);
    rig.settle();
    assertThat(journal.bytes()).isLessThan(bytes);
    JournalRig killed = rig.kill();
    assertThat(killed.journal.boundaryIndex()).isEqualTo(boundary);
    assertThat(killed.journal.boundaryTerm()).isEqualTo(1);
    assertThat(killed.entries()).isEqualTo(before.subList((int) boundary, 20));
  }

  @Test
  void compactionKeepsTheLastSegment() {
    rig.fill(1, 20).settle();

    journal.compact(20);
    journal.compact(20);
    journal.compact(3);
    rig.settle();

    assertThat(journal.lastIndex()).isEqualTo(20);
    assertThat(disk.list()).filteredOn(Segment::isName).hasSize(1);
    assertThat(rig.read(20)).isEqualTo(JournalRig.text(20, 1));
  }

  @Test
  void aResetJournalGoesOnAfterItsBoundary() {
    rig.fill(1, 20).settle();

    journal.reset(100, 7);

    assertThat(journal.boundaryIndex()).isEqualTo(100);
    assertThat(journal.lastTerm()).isEqualTo(7);
    assertThat(journal.durableIndex()).isEqualTo(20);
    rig.settle();
    assertThat(journal.durableIndex()).isEqualTo(100);
    assertThat(rig.durable).endsWith(100L);
    rig.append(8, "x").settle();
    JournalRig killed = rig.kill();
    assertThat(killed.journal.boundaryIndex()).isEqualTo(100);
    assertThat(killed.journal.boundaryTerm()).isEqualTo(7);
    assertThat(killed.entries()).containsExactly("8:x");
  }

  @Test
  void aJournalIsResetWhileItIsWritten() {
    rig.append(1, "a", "b");
    rig.runIo();

    journal.reset(2, 5);
    journal.reset(1, 4);
    rig.append(6, "x");
    rig.settle();

    assertThat(rig.entries()).containsExactly("6:x");
    assertThat(journal.boundaryTerm()).isEqualTo(4);
    assertThat(rig.kill().entries()).containsExactly("6:x");
    assertThat(journal.durableIndex()).isEqualTo(2);
  }

  @Test
  void flushCompletesWhenAllBeforeItIsDurable() {
    rig.append(1, "a");
    rig.append(1, "b");

    CompletableFuture<Void> done = journal.flush().toCompletableFuture();

    rig.runIo();
    rig.runOwner();
    assertThat(done).isNotDone();
    rig.settle();
    assertThat(done).isCompletedWithValue(null);
    assertThat(journal.durableIndex()).isEqualTo(2);
  }

  @Test
  void aFailedSyncIsTheEnd() {
    rig.append(1, "a").settle();
    disk.fail(Kind.SYNC, 0);

    rig.append(1, "b");
    CompletableFuture<Void> flushed = journal.flush().toCompletableFuture();
    rig.settle();
    journal.retry();
    rig.settle();

    assertThat(rig.failures).hasSize(1);
    assertThat(flushed).isCompletedExceptionally();
    assertThat(journal.durableIndex()).isEqualTo(1);
    assertThatThrownBy(() -> rig.append(1, "c")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> journal.truncateAfter(0)).isInstanceOf(IllegalStateException.class);
    assertThat(rig.read(1)).isEqualTo("a");
    journal.close();
    rig.settle();
  }

  @Test
  void whatIsFoundAfterAFailedSyncIsWrittenAgain() {
    rig.append(1, "a").settle();
    disk.fail(Kind.SYNC, 0);
    rig.append(1, "b").settle();

    SimulatedDisk found = disk.copy();
    JournalRig next = new JournalRig(found);

    assertThat(next.journal.durableIndex()).isEqualTo(2);
    RandomSource random = RandomSource.seeded(1);
    for (int i = 0; i < 20; i++) {
      assertThat(new JournalRig(found.powerCut(random)).entries()).containsExactly("1:a", "1:b");
    }
  }

  @Test
  void aClosedJournalSaysNothingMore() {
    rig.append(1, "a");
    CompletableFuture<Void> flushed = journal.flush().toCompletableFuture();

    journal.close();
    rig.settle();

    assertThat(flushed).isCompletedExceptionally();
    assertThat(rig.durable).isEmpty();
    assertThat(journal.closed().toCompletableFuture()).isCompletedWithValue(null);
    assertThatThrownBy(() -> rig.append(1, "b")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void c10_14_noPayloadIsOnDiskInPlain() {
    rig.append(1, "this is a secret").fill(1, 20).settle();

    for (String name : disk.list()) {
      String contents = new String(disk.contents(name), StandardCharsets.ISO_8859_1);
      assertThat(contents).doesNotContain("secret").doesNotContain("entry");
    }
  }

  @Test
  void anotherKeyOpensNothing() {
    rig.append(1, "a").settle();
    byte[] key = new byte[32];
    key[0] = 1;

    assertThatThrownBy(() -> new JournalRig(disk.copy(), Seal.withKey(key), JournalRig.SMALL))
        .isInstanceOf(UntrustedLogException.class)
        .hasMessageContaining("not in the key file");
  }

  @Test
  void segmentsOfAnotherSizeStayUsable() {
    rig.fill(1, 20).settle();

    JournalRig larger =
        new JournalRig(disk.copy(), JournalRig.SEAL, new Journal.Settings(20 * 1024, 1024));
    larger.settle().fill(1, 40).settle();

    assertThat(larger.kill().entries()).isEqualTo(larger.entries()).hasSize(60);
  }
}
