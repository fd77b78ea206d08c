// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.AppendRequest;
import io.jswarm.raft.stock.Network.Fate;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Bug 29, found here: one exception while a heartbeat is made, as by a snapshot file that is just
 * being replaced, ends the timer of all that would follow; the leader leads on.
 */
class StoppedHeartbeatTest {

  @Test
  void aLeaderSendsNothingAfterOneFailureToSend() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      Duration thirty = leader.setup().heartbeat().multipliedBy(30);
      cluster
          .network()
          .rule(
              message -> {
                if (message.is(AppendRequest.class)) {
                  throw new IllegalStateException("cannot send");
                }
                return Fate.DELIVER;
              });
      cluster.network().awaitSilence(AppendRequest.class, thirty);

      cluster.network().heal();

      cluster.network().awaitSilence(AppendRequest.class, thirty);
      assertThat(leader.leads()).isTrue();
    }
  }
}
