// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.RaftServer.Role;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Bug 23: a listener hears of one election twice. */
class RoleListenerTest {

  @Test
  void theOnlyMemberIsElectedTwiceInATerm() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.lone("a");
      List<String> heard = new CopyOnWriteArrayList<>();
      server.server().addRoleChangeListener(role -> heard.add(role + "@" + server.term()));

      server.campaign();

      assertThat(heard).isEqualTo(Collections.nCopies(2, Role.LEADER + "@1"));
    }
  }
}
