// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.CommandResponse;
import io.jswarm.raft.stock.Network.Fate;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Bug 18: the commit index moves only on answers to appends with entries. If those are lost, an
 * entry that every member has, and the leader knows it, is not committed.
 */
class LostAnswerTest {

  @Test
  void anEntryThatAllMembersHaveIsNotCommittedUntilAnotherIsAppended() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      leader.write("one");
      long before = leader.commitIndex();

      cluster.network().rule(LostAnswerTest::loseAnswersToEntries);
      CompletableFuture<CommandResponse> two = leader.propose("two");
      Waiting.until(
          "both followers have it",
          () ->
              cluster.server("b").lastIndex() > before && cluster.server("c").lastIndex() > before);
      cluster.network().heal();
      Waiting.until("the leader knows", () -> leader.ask(() -> leastMatch(leader)) > before);
      cluster.network().forgetSent();
      Waiting.until(
          "the leader had time", () -> cluster.network().sent(AppendRequest.class).size() >= 40);

      assertThat(leader.leads()).isTrue();
      assertThat(leader.commitIndex()).isEqualTo(before);
      assertThat(two).isNotDone();

      leader.write("three");
      assertThat(Waiting.get(two).error()).isNull();
    }
  }

  static Fate loseAnswersToEntries(Network.Message message) {
    return message.request() instanceof AppendRequest append && !append.entries().isEmpty()
        ? Fate.LOSE_ANSWER
        : Fate.DELIVER;
  }

  private static long leastMatch(StockServer leader) {
    return leader.context().getCluster().getRemoteMemberStates().stream()
        .mapToLong(RaftMemberContext::getMatchIndex)
        .min()
        .orElseThrow();
  }
}
