// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.AppendRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Bug 21: the longer a member was away, the longer it is left alone when it is back. */
class BackoffTest {

  @Test
  void aMemberThatIsBackHearsNothingForManyHeartbeats() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      cluster.network().isolate("c");
      leader.write("one");
      // The wait doubles with each failure, up to a minute.
      Waiting.until("the leader waits long", () -> lastWaitMillis(cluster) > 1_000);
      cluster.network().heal();
      cluster.network().forgetSent();

      Waiting.pause(400);

      assertThat(leader.setup().heartbeat()).hasMillis(20);
      assertThat(toC(cluster)).isEmpty();
      assertThat(cluster.server("c").lastIndex()).isLessThan(leader.lastIndex());
    }
  }

  private static long lastWaitMillis(StockCluster cluster) {
    List<Network.Message> messages = toC(cluster);
    int size = messages.size();
    return size < 2
        ? 0
        : TimeUnit.NANOSECONDS.toMillis(
            messages.get(size - 1).nanos() - messages.get(size - 2).nanos());
  }

  private static List<Network.Message> toC(StockCluster cluster) {
    return cluster.network().sent(AppendRequest.class).stream()
        .filter(message -> message.to().equals("c"))
        .toList();
  }
}
