// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.vote;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Bug 9: a member that lost its disk and kept its id is taken for one that has everything. */
class WipedMemberTest {

  @Test
  void aMemberWithAnEmptyStateAcknowledgesAndCallsAllApplied() {
    try (StockCluster cluster =
        new StockCluster().with(setup -> setup.segmentBytes(16 << 10).entryBytes(4 << 10))) {
      StockServer leader = cluster.started("a", "b", "c");
      for (int i = 0; i < 300; i++) {
        leader.write("line " + i);
      }
      long snapshot = leader.snapshotNow();
      Waiting.until(
          "b has the snapshot",
          () ->
              leader.ask(
                      () ->
                          leader
                              .context()
                              .getCluster()
                              .getMemberState(cluster.server("b").context().localMemberId())
                              .getSnapshotIndex())
                  == snapshot);

      cluster.crash("b");
      cluster.wipe("b");
      StockServer wiped = cluster.lone("b", "a", "c");
      leader.write("next");
      Waiting.until("b follows", () -> wiped.commitIndex() == leader.commitIndex());
      StockCluster.drain(wiped);

      assertThat(leader.lines()).hasSize(301);
      assertThat(wiped.context().getLastApplied()).isEqualTo(leader.commitIndex());
      assertThat(wiped.lines()).isEmpty();
    }
  }

  /** True for every Raft; ours gives a member without its disk a new id. */
  @Test
  void anAcknowledgedEntryIsLostWhenAMemberForgetsIt() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      cluster.network().isolate("c");
      leader.write("acknowledged by a and b");
      long lastTerm = leader.term();

      cluster.crash("a");
      cluster.crash("b");
      cluster.wipe("b");
      StockServer wiped = cluster.lone("b", "a", "c");

      assertThat(wiped.answer(vote(lastTerm + 1, "c", 1, 1)).voted()).isTrue();
    }
  }
}
