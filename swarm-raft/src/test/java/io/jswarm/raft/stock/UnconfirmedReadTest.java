// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.StockServer.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.ReadConsistency;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.jswarm.raft.stock.Network.Fate;
import org.junit.jupiter.api.Test;

/** Bug 12: reads that are called linearizable and are not. */
class UnconfirmedReadTest {

  @Test
  void aNewLeaderAnswersBeforeItKnowsWhatIsCommitted() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer old = cluster.started("a", "b", "c");
      StockServer next = cluster.server("b");
      old.write("one");
      Waiting.until("b applied it", () -> next.lines().size() == 1);
      long session = old.session();
      long commit = old.commitIndex();

      // Reaches b only, which does not learn that it is committed.
      cluster
          .network()
          .rule(
              message ->
                  message.to().equals("c")
                          || (message.request() instanceof AppendRequest append
                              && append.commitIndex() > commit)
                      ? Fate.REFUSE
                      : Fate.DELIVER);
      old.write("two");
      cluster.crash("a");
      cluster.network().rule(LostAnswerTest::loseAnswersToEntries);
      next.campaignOnly();
      Waiting.until("b leads", next::leads);

      assertThat(text(Waiting.get(next.query(session)))).isEqualTo("one");
    }
  }

  @Test
  void aLeaseIsNotChecked() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer old = cluster.started("a", "b", "c");
      old.openSession(ReadConsistency.LINEARIZABLE_LEASE, Long.MAX_VALUE);
      old.write("one");
      StockServer next = cluster.server("b");
      Waiting.until("b can be elected", () -> next.lastIndex() == old.lastIndex());
      cluster.network().isolate("a");
      next.campaign();
      next.openSession();
      next.write("two");

      assertThat(text(Waiting.get(old.query(old.session())))).isEqualTo("one");
    }
  }
}
