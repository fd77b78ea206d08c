// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.configure;
import static io.jswarm.raft.stock.Messages.members;
import static io.jswarm.raft.stock.Messages.opening;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.storage.log.entry.ConfigurationEntry;
import org.junit.jupiter.api.Test;

/** Bug 10: the members are not what the log says. */
class UncommittedConfigurationTest {

  @Test
  void aConfigurationThatANewLeaderDoesNotHaveStays() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer follower = cluster.lone("c", "a", "b");
      follower.answer(append(1, "a", 0, 0, 1, opening(1)));
      // Appended by a, never committed: b has another entry 2.
      follower.answer(configure(1, "a", 2, "a", "b", "c", "d"));

      follower.answer(configure(2, "b", 0, "a", "b", "c"));
      follower.answer(append(2, "b", 1, 1, 2, opening(2)));

      assertThat(follower.members()).containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void anAcceptedConfigurationIsForgottenByARestart() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer follower = cluster.lone("c", "a", "b");
      follower.answer(
          append(
              1,
              "a",
              0,
              0,
              1,
              opening(1),
              new ConfigurationEntry(1, 1, members("a", "b", "c", "d"))));
      follower.answer(configure(1, "a", 2, "a", "b", "c", "d"));
      assertThat(follower.members()).containsExactly("a", "b", "c", "d");
      cluster.crash("c");

      // The entry is in its log, it acknowledged it, and elections go by the three members again.
      StockServer restarted = cluster.lone("c", "a", "b");
      assertThat(restarted.lastIndex()).isEqualTo(2);
      assertThat(restarted.members()).containsExactly("a", "b", "c");
    }
  }

  @Test
  void aConfigurationInTheLogAloneIsNotFollowed() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer follower = cluster.lone("c", "a", "b");

      follower.answer(
          append(
              1,
              "a",
              0,
              0,
              2,
              opening(1),
              new ConfigurationEntry(1, 1, members("a", "b", "c", "d"))));
      StockCluster.drain(follower);

      assertThat(follower.commitIndex()).isEqualTo(2);
      assertThat(follower.members()).containsExactly("a", "b", "c");
    }
  }
}
