// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.commands;
import static io.jswarm.raft.stock.Messages.opening;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bug 11: an append after "term 0" replaces the log, whatever it held. */
class ResetLogTest {

  @Test
  void aFirstAppendThatComesTwiceDeletesAcknowledgedEntries() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer follower = cluster.lone("c", "a", "b");
      AppendRequest first = append(1, "a", 0, 0, 0, fromOne(10));
      follower.answer(first);
      AppendResponse acknowledged = follower.answer(append(1, "a", 10, 1, 0, commands(1, 11, 10)));
      assertThat(acknowledged.lastLogIndex()).isEqualTo(20);

      follower.answer(first);

      assertThat(follower.lastIndex()).isEqualTo(10);
    }
  }

  @Test
  void anOldAppendAfterCompactionDeletesCommittedEntries() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer follower = cluster.lone("c", "a", "b");
      follower.answer(append(1, "a", 0, 0, 150, fromOne(150)));
      assertThat(follower.commitIndex()).isEqualTo(150);

      // As a leader sends it whose log starts at 91.
      follower.answer(append(1, "a", 90, 0, 100, commands(1, 91, 10)));

      assertThat(follower.commitIndex()).isEqualTo(150);
      assertThat(follower.lastIndex()).isEqualTo(100);
    }
  }

  private static List<RaftLogEntry> fromOne(int count) {
    List<RaftLogEntry> entries = new ArrayList<>(List.of(opening(1)));
    entries.addAll(commands(1, 2, count - 1));
    return entries;
  }
}
