// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.configure;
import static io.jswarm.raft.stock.Messages.install;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.RaftRequest;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * Bug 6: a leader that hears of a newer term in a configuration or a snapshot takes the term and
 * goes on leading.
 */
class ForgedTermTest {

  @Test
  void aConfigurationOfTheNextTermMakesTheOldLeaderWriteEntriesOfIt() {
    oldLeaderWritesEntriesOf(term -> configure(term, "b", 0, "a", "b", "c"));
  }

  @Test
  void aSnapshotOfTheNextTermMakesTheOldLeaderWriteEntriesOfIt() {
    oldLeaderWritesEntriesOf(term -> install(term, "b", 1_000, 0, new byte[8], false));
  }

  private static void oldLeaderWritesEntriesOf(LongFunction<RaftRequest> message) {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      leader.write("one");
      long newTerm = leader.term() + 1;
      cluster.network().isolate("a");

      leader.answer(message.apply(newTerm));
      assertThat(leader.leads()).isTrue();
      leader.propose("two");

      assertThat(leader.ask(() -> leader.context().getLogWriter().getLastEntry().entry().term()))
          .isEqualTo(newTerm);
    }
  }
}
