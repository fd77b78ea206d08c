// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.AppendRequest;
import io.jswarm.raft.stock.Network.Fate;
import org.junit.jupiter.api.Test;

/**
 * Bug 28, found here: a leader that is elected again starts to count the appends on their way to a
 * member at zero. The answer to one of its last term makes that less than zero, and a leader sends
 * no heartbeat unless it is zero.
 */
class MiscountedAppendsTest {

  @Test
  void aLeaderWhoseLastTermIsAnsweredInThisOneIsMute() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      Network network = cluster.network();
      network.rule(message -> message.is(AppendRequest.class) ? Fate.HOLD_ANSWER : Fate.DELIVER);
      Waiting.until("both were sent a heartbeat", () -> network.heldAnswers() == 2);
      leader.campaignOnly();
      Waiting.until("a leads again", leader::leads);
      network.heal();
      network.releaseAnswers();

      network.awaitSilence(AppendRequest.class, leader.setup().heartbeat().multipliedBy(30));
      assertThat(leader.leads()).isTrue();
    }
  }
}
