// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.commands;
import static io.jswarm.raft.stock.Messages.opening;
import static io.jswarm.raft.stock.Messages.vote;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.PollRequest;
import io.atomix.protocols.raft.protocol.VoteRequest;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.jswarm.raft.stock.Network.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bugs 19 and 20: elections that do not begin, do not end, or are disturbed. */
class ElectionTest {
  private static final Duration TIMEOUT = Duration.ofMillis(100);

  @Test
  void aDeposedLeaderKeepsItsFollowersFromElecting() {
    try (StockCluster cluster =
        new StockCluster().with(setup -> setup.electionTimeout(TIMEOUT.multipliedBy(5)))) {
      StockServer follower = cluster.lone("c", "a", "b");
      follower.answer(vote(5, "b", 0, 0));
      cluster.network().forgetSent();

      for (int i = 0; i < 60; i++) {
        assertThat(follower.answer(append(4, "a", 0, 0, 0)).succeeded()).isFalse();
        Waiting.pause(TIMEOUT.toMillis() / 4);
      }
      assertThat(cluster.network().sent(PollRequest.class)).isEmpty();

      Waiting.until(
          "silence makes it ask", () -> !cluster.network().sent(PollRequest.class).isEmpty());
    }
  }

  @Test
  void aCandidateWithoutAnswersRaisesTheTermForEver() {
    try (StockCluster cluster = new StockCluster().with(setup -> setup.electionTimeout(TIMEOUT))) {
      StockServer candidate = cluster.lone("c", "a", "b");
      long before = candidate.term();
      cluster
          .network()
          .rule(message -> message.is(VoteRequest.class) ? Fate.HOLD_ANSWER : Fate.REFUSE);
      candidate.campaignOnly();

      Waiting.until("the term is up by five", () -> candidate.term() >= before + 5);
      assertThat(candidate.ask(() -> candidate.context().getRole()))
          .isEqualTo(RaftServer.Role.CANDIDATE);
      assertThat(cluster.network().sent(PollRequest.class)).isEmpty();
    }
  }

  @Test
  void aVoteAskedForTwiceIsRefusedTheSecondTime() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer voter = cluster.lone("c", "a", "b");

      assertThat(voter.answer(vote(5, "a", 0, 0)).voted()).isTrue();
      assertThat(voter.answer(vote(5, "a", 0, 0)).voted()).isFalse();
    }
  }

  @Test
  void aFollowerThatWasFarBehindNeverElects() {
    try (StockCluster cluster = new StockCluster().with(setup -> setup.electionTimeout(TIMEOUT))) {
      StockServer follower = cluster.lone("c", "a", "b");
      List<RaftLogEntry> some = new ArrayList<>(List.of(opening(1)));
      some.addAll(commands(1, 2, 9));
      AppendRequest more = append(1, "a", 0, 0, 100, some);
      follower.answer(more);
      cluster.network().forgetSent();

      Waiting.pause(TIMEOUT.toMillis() * 12);

      assertThat(cluster.network().sent(PollRequest.class)).isEmpty();
      assertThat(follower.ask(() -> follower.context().getRole()))
          .isEqualTo(RaftServer.Role.FOLLOWER);
    }
  }
}
