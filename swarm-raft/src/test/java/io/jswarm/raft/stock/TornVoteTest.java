// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.vote;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.storage.system.MetaStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A5: term and vote are written one after the other, in place, and without a checksum. */
class TornVoteTest {
  private static final long OLD_TERM = 0x1ff;
  private static final long NEW_TERM = 0x200;

  @Test
  void aTornWriteIsATermOfThePast(@TempDir Path directory) throws IOException {
    StockServer.Setup setup = StockServer.Setup.in(directory);
    Path file = directory.resolve("raft.meta");
    byte[] before = written(setup, file, OLD_TERM, MemberId.from("a"));
    byte[] after = written(setup, file, NEW_TERM, null);

    Set<Long> terms = new TreeSet<>();
    for (int cut = 1; cut < Long.BYTES; cut++) {
      // The later bytes reached the disk, the earlier did not.
      byte[] torn = before.clone();
      System.arraycopy(after, cut, torn, cut, after.length - cut);
      Files.write(file, torn);
      try (MetaStore store = setup.storage().openMetaStore()) {
        terms.add(store.loadTerm());
        assertThat(store.loadVote()).isNull();
      }
    }

    assertThat(terms).contains(0x100L).anyMatch(term -> term < OLD_TERM);
  }

  @Test
  void aCrashBetweenTheTwoWritesMovesAVoteToAnotherTerm(@TempDir Path directory) {
    StockServer.Setup setup = StockServer.Setup.in(directory);
    try (MetaStore store = setup.storage().openMetaStore()) {
      store.storeTerm(5);
      store.storeVote(MemberId.from("a"));
      store.storeTerm(6);
    }
    try (MetaStore store = setup.storage().openMetaStore()) {
      assertThat(store.loadTerm()).isEqualTo(6);
      assertThat(store.loadVote()).isEqualTo(MemberId.from("a"));
    }
  }

  @Test
  void anEmptiedFileIsAMemberThatNeverVoted() throws IOException {
    try (StockCluster cluster = new StockCluster()) {
      StockServer voter = cluster.lone("c", "a", "b");
      assertThat(voter.answer(vote(5, "a", 0, 0)).voted()).isTrue();
      cluster.crash("c");
      Path file = cluster.directory("c").resolve("raft.meta");
      Files.write(file, new byte[(int) Files.size(file)]);

      StockServer restarted = cluster.lone("c", "a", "b");
      assertThat(restarted.term()).isZero();
      assertThat(restarted.answer(vote(5, "b", 0, 0)).voted()).isTrue();
    }
  }

  private static byte[] written(StockServer.Setup setup, Path file, long term, MemberId vote)
      throws IOException {
    try (MetaStore store = setup.storage().openMetaStore()) {
      store.storeTerm(term);
      store.storeVote(vote);
    }
    return Files.readAllBytes(file);
  }
}
