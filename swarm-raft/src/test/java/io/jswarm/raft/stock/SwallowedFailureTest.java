// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.commands;
import static io.jswarm.raft.stock.Messages.opening;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Bug 27, A10: a message whose handling fails is not answered. Here with "Cannot truncate committed
 * index", which says that the cluster has lost something, and which nobody hears.
 */
class SwallowedFailureTest {

  @Test
  void anAppendThatContradictsTheCommittedLogIsNotAnswered() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer follower = cluster.lone("c", "a", "b");
      List<RaftLogEntry> entries = new ArrayList<>(List.of(opening(1)));
      entries.addAll(commands(1, 2, 19));
      follower.answer(append(1, "a", 0, 0, 20, entries));

      CompletableFuture<AppendResponse> contradiction =
          follower.receive(append(2, "b", 9, 1, 20, commands(2, 10, 11)));

      assertThat(follower.answer(append(2, "b", 20, 1, 20)).succeeded()).isTrue();
      assertThat(contradiction).isNotDone();
    }
  }
}
