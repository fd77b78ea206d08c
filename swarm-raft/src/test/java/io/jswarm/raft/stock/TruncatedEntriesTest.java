// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.commands;
import static io.jswarm.raft.stock.Messages.line;
import static io.jswarm.raft.stock.Messages.opening;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Bug 3: the state machine's reader has read ahead, and applies entries that were replaced since;
 * level DISK.
 */
class TruncatedEntriesTest {

  @Test
  void entriesThatWereNeverCommittedAreApplied() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer follower = cluster.lone("c", "a", "b");
      List<RaftLogEntry> oldTerm = new ArrayList<>(List.of(opening(1)));
      oldTerm.addAll(commands(1, 2, 79));
      follower.answer(append(1, "a", 0, 0, 50, oldTerm));
      StockCluster.drain(follower);

      AppendResponse replaced = follower.answer(append(2, "b", 60, 1, 80, commands(2, 61, 20)));
      StockCluster.drain(follower);

      assertThat(replaced.succeeded()).isTrue();
      assertThat(
              follower.ask(() -> follower.context().getLogWriter().getLastEntry().entry().term()))
          .isEqualTo(2);
      List<String> committed = new ArrayList<>();
      List<String> applied = new ArrayList<>();
      for (long index = 2; index <= 80; index++) {
        committed.add(line(index <= 60 ? 1 : 2, index));
        applied.add(line(1, index));
      }
      assertThat(follower.lines()).isEqualTo(applied).isNotEqualTo(committed);
    }
  }
}
