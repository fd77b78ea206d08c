// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.vote;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Bug 2: a vote is forgotten, on disk too, when the term's leader is found or lost. */
class DoubleVoteTest {

  @Test
  void aSecondVoteOfTheTermIsGivenWhenTheLeaderFallsSilent() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer voter =
          cluster.with(setup -> setup.electionTimeout(Duration.ofMillis(100))).lone("c", "a", "b");
      assertThat(voter.answer(vote(5, "a", 0, 0)).voted()).isTrue();
      voter.answer(append(5, "a", 0, 0, 0));
      Waiting.until("a is given up", () -> voter.ask(() -> voter.context().getLeader()) == null);

      assertThat(voter.answer(vote(5, "b", 0, 0)).voted()).isTrue();
      assertThat(voter.term()).isEqualTo(5);
    }
  }

  @Test
  void aSecondVoteOfTheTermIsGivenAfterARestart() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer voter = cluster.lone("c", "a", "b");
      assertThat(voter.answer(vote(5, "a", 0, 0)).voted()).isTrue();
      voter.answer(append(5, "a", 0, 0, 0));
      cluster.crash("c");

      StockServer restarted = cluster.lone("c", "a", "b");
      assertThat(restarted.term()).isEqualTo(5);
      assertThat(restarted.answer(vote(5, "b", 0, 0)).voted()).isTrue();
    }
  }
}
