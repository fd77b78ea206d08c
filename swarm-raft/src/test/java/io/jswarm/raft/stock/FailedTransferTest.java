// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftError;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.protocol.TransferRequest;
import io.atomix.protocols.raft.protocol.TransferResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Bug 17: a leader that cannot hand over refuses commands for ever, and leads on. */
class FailedTransferTest {

  @Test
  void theLeaderRefusesAllCommandsAfterATransferThatDoesNotEnd() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      long before = leader.commitIndex();
      cluster.network().rule(LostAnswerTest::loseAnswersToEntries);
      leader.propose("one");
      CompletableFuture<TransferResponse> transfer =
          leader.role(
              role ->
                  role.onTransfer(
                      TransferRequest.builder().withMember(MemberId.from("b")).build()));
      Waiting.until(
          "both followers have it",
          () ->
              cluster.server("b").lastIndex() > before && cluster.server("c").lastIndex() > before);
      cluster.network().heal();
      cluster.network().forgetSent();
      Waiting.until(
          "the leader had time", () -> cluster.network().sent(AppendRequest.class).size() >= 40);

      assertThat(transfer).isNotDone();
      assertThat(leader.leads()).isTrue();
      // With bug 18: nothing is committed without another entry, and none is accepted.
      assertThat(Waiting.get(leader.propose("two")))
          .matches(answer -> answer.status() == RaftResponse.Status.ERROR)
          .matches(answer -> answer.error().type() == RaftError.Type.ILLEGAL_MEMBER_STATE);
      assertThat(leader.commitIndex()).isEqualTo(before);
    }
  }
}
