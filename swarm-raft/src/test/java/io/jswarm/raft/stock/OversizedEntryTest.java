// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.command;
import static io.jswarm.raft.stock.Messages.opening;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.AppendResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A4: a follower that finds an entry too large answers nothing. */
class OversizedEntryTest {

  @Test
  void theLeaderGetsNoAnswerFromAFollowerWithASmallerLimit() {
    try (StockCluster cluster = new StockCluster().with(setup -> setup.entryBytes(4 << 10))) {
      StockServer follower = cluster.lone("c", "a", "b");
      follower.answer(append(1, "a", 0, 0, 0, opening(1)));

      CompletableFuture<AppendResponse> large =
          follower.receive(append(1, "a", 1, 1, 0, command(1, 1, "x".repeat(5 << 10))));

      assertThat(follower.answer(append(1, "a", 1, 1, 0)).succeeded()).isTrue();
      assertThat(large).isNotDone();
    }
  }

  @Test
  void oneSuchFollowerOfTwoStopsACluster() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.make("a");
      cluster.with(setup -> setup.entryBytes(4 << 10)).make("b");
      leader.bootstrap("a", "b");
      cluster.server("b").bootstrap("a", "b");
      leader.campaign();
      leader.openSession();
      long before = leader.commitIndex();

      CompletableFuture<?> large = leader.propose("x".repeat(5 << 10));
      CompletableFuture<?> small = leader.propose("small");
      Waiting.pause(500);

      assertThat(leader.leads()).isTrue();
      assertThat(large).isNotDone();
      assertThat(small).isNotDone();
      assertThat(leader.commitIndex()).isEqualTo(before);
    }
  }
}
