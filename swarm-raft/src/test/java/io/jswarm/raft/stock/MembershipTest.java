// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.JoinRequest;
import io.atomix.protocols.raft.protocol.LeaveRequest;
import io.atomix.protocols.raft.protocol.LeaveResponse;
import io.atomix.protocols.raft.protocol.RaftResponse;
import org.junit.jupiter.api.Test;

/** Bug 22: who is a member is anybody's word. */
class MembershipTest {

  @Test
  void aLeaderThatIsRemovedLeadsOn() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      LeaveResponse left =
          Waiting.get(
              leader.role(
                  role -> role.onLeave(LeaveRequest.builder().withMember(member("a")).build())));
      assertThat(left.status()).isEqualTo(RaftResponse.Status.OK);

      leader.write("one");

      assertThat(leader.leads()).isTrue();
      assertThat(leader.members()).containsExactly("b", "c");
      Waiting.until("the others know", () -> !cluster.server("b").members().contains("a"));
      assertThat(cluster.server("b").lines()).isSubsetOf("one");
    }
  }

  @Test
  void aStrangerBecomesAMemberByAsking() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");

      RaftResponse joined =
          leader.answer(JoinRequest.builder().withMember(member("stranger")).build());

      assertThat(joined.status()).isEqualTo(RaftResponse.Status.OK);
      assertThat(leader.members()).containsExactly("a", "b", "c", "stranger");
      assertThat(leader.ask(() -> leader.context().getCluster().getQuorum())).isEqualTo(3);
    }
  }

  @Test
  void aStrangerRemovesAMemberByAsking() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");

      leader.answer(LeaveRequest.builder().withMember(member("c")).build());

      assertThat(leader.members()).containsExactly("a", "b");
    }
  }

  @Test
  void aRemovedMemberThatStartsIsAMemberAgain() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      leader.answer(LeaveRequest.builder().withMember(member("c")).build());
      cluster.crash("c");
      leader.write("one");
      assertThat(leader.members()).containsExactly("a", "b");

      cluster.lone("c", "a", "b");

      Waiting.until("c is back", () -> leader.members().contains("c"));
    }
  }
}
