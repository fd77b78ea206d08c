// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.RaftError;
import io.atomix.protocols.raft.ReadConsistency;
import io.atomix.protocols.raft.protocol.CommandResponse;
import io.atomix.protocols.raft.protocol.RaftResponse;
import org.junit.jupiter.api.Test;

/** A9: a client that asks again is not told that its command was applied. */
class ForgottenAnswerTest {

  @Test
  void aCommandIsAppliedTwiceWhenItsSessionExpiredInBetween() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.started("a");
      server.openSession(ReadConsistency.LINEARIZABLE, 1);
      long session = server.session();
      server.write("one");
      Waiting.pause(5);
      // Any session's opening lets others expire.
      server.openSession();

      CommandResponse again = Waiting.get(server.command(session, 1, "one"));
      assertThat(again.status()).isEqualTo(RaftResponse.Status.ERROR);
      assertThat(again.error().type()).isEqualTo(RaftError.Type.UNKNOWN_SESSION);

      // All that is left to a client, which cannot tell this from a command that never came.
      server.write("one");
      assertThat(server.lines()).containsExactly("one", "one");
    }
  }

  @Test
  void anAppliedCommandIsAProtocolErrorAfterASnapshot() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.started("a");
      long session = server.session();
      server.write("one");
      server.snapshotNow();
      cluster.crash("a");
      StockServer restarted = cluster.lone("a");
      restarted.campaign();
      StockCluster.drain(restarted);

      CommandResponse again = Waiting.get(restarted.command(session, 1, "one"));

      assertThat(again.status()).isEqualTo(RaftResponse.Status.ERROR);
      assertThat(again.error().type()).isEqualTo(RaftError.Type.PROTOCOL_ERROR);
      assertThat(restarted.lines()).containsExactly("one");
    }
  }
}
