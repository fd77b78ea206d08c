// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.AppendRequest;
import io.jswarm.raft.stock.Network.Fate;
import java.util.concurrent.atomic.AtomicBoolean;
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
      AtomicBoolean failed = new AtomicBoolean();
      cluster
          .network()
          .rule(
              message -> {
                if (message.is(AppendRequest.class) && failed.compareAndSet(false, true)) {
                  throw new IllegalStateException("cannot send, for once");
                }
                return Fate.DELIVER;
              });
      Waiting.until("a heartbeat failed", failed::get);

      cluster
          .network()
          .awaitSilence(AppendRequest.class, leader.setup().heartbeat().multipliedBy(30));
      assertThat(leader.leads()).isTrue();
    }
  }
}
