// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.CommandResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Bug 13: an entry that cannot be applied is passed over. */
class SkippedEntryTest {

  @Test
  void anErrorLeavesTheEntryOutAndItsClientWithoutAnAnswer() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.started("a");
      server.write("one");
      server
          .type()
          .beforeApply(
              line -> {
                if (line.equals("two")) {
                  throw new AssertionError("cannot apply it");
                }
              });

      CompletableFuture<CommandResponse> two = server.propose("two");
      server.write("three");

      assertThat(server.lines()).containsExactly("one", "three");
      assertThat(server.context().getLastApplied()).isEqualTo(server.lastIndex());
      assertThat(two).isNotDone();
    }
  }

  @Test
  void anExceptionOnOneMemberMakesItsStateAnotherOne() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      StockServer failing = cluster.server("b");
      failing
          .type()
          .beforeApply(
              line -> {
                if (line.equals("two")) {
                  throw new IllegalStateException("cannot apply it, for once");
                }
              });

      leader.write("one");
      leader.write("two");
      leader.write("three");
      Waiting.until(
          "b applied all", () -> failing.context().getLastApplied() == leader.commitIndex());

      assertThat(leader.lines()).containsExactly("one", "two", "three");
      assertThat(failing.lines()).containsExactly("one", "three");
    }
  }
}
