// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import org.junit.jupiter.api.Test;

/**
 * Bug 28, found here: a leader that is elected again starts to count the appends on their way to a
 * member at zero. The answer to one of its last term makes that less than zero, which is not the
 * zero at which a heartbeat may be sent.
 */
class MiscountedAppendsTest {

  @Test
  void anAnswerThatComesInTheNextTermLeavesOneLessThanNone() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.lone("a", "b", "c");
      RaftMemberContext member = server.context().getCluster().getMemberState(MemberId.from("b"));
      server.run(
          () -> {
            assertThat(member.canHeartbeat()).isTrue();
            // As AbstractAppender does it, and in between LeaderRole.takeLeadership.
            member.startAppend();
            member.resetState(server.context().getLog());
            member.completeAppend();

            assertThat(member.canHeartbeat()).isFalse();
            assertThat(member.canAppend()).isFalse();
          });
    }
  }
}
