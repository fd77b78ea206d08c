// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.raft.SimulatedManagers.Simulated;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ManagersTest {
  private final SimulatedManagers managers = SimulatedManagers.small(1);

  @Test
  void threeManagersApplyTheSame() {
    managers.begin(3);
    for (int i = 0; i < 20; i++) {
      CompletableFuture<Long> done = managers.leader().propose(i);
      managers.await(done::isDone, "entry " + i);
      assertThat(done.join()).isEqualTo(i + 1);
    }

    managers.awaitEqual(managers.running());
  }

  @Test
  void c10_6_aLeaderThatIsKilledIsFollowedByAnotherWithinASecond() {
    managers.begin(3);
    Simulated first = managers.leader();
    CompletableFuture<Long> before = first.propose(1);
    managers.await(before::isDone, "the first entry");
    Duration killed = managers.world.elapsed();

    first.kill();
    Simulated second = managers.leader();
    CompletableFuture<Long> after = second.propose(2);
    managers.await(after::isDone, "an entry of the second leader");

    assertThat(managers.world.elapsed().minus(killed)).isLessThan(Duration.ofSeconds(1));
    assertThat(after.join()).isEqualTo(2);
    first.start();
    managers.awaitEqual(managers.running());
  }
}
