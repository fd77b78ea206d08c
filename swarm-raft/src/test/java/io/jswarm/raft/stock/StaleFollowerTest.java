// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.InstallRequest;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * Bug 5: a snapshot that arrives while the state machine lags makes Atomix skip all entries up to
 * it, call them applied, and save the old state under the snapshot's name.
 */
class StaleFollowerTest {

  @Test
  void aFollowerThatLaggedStaysBehindForEverAndSaysThatItIsNot() {
    try (StockCluster cluster =
        new StockCluster().with(setup -> setup.segmentBytes(16 << 10).entryBytes(4 << 10))) {
      StockServer leader = cluster.started("a", "b", "c");
      StockServer slow = cluster.server("c");
      CountDownLatch goOn = new CountDownLatch(1);
      slow.type().beforeApply(line -> await(goOn));
      for (int i = 0; i < 300; i++) {
        leader.write("line " + i);
      }
      Waiting.until("c has the log", () -> slow.commitIndex() == leader.commitIndex());

      long snapshot = leader.snapshotNow();
      Waiting.until(
          "c has the snapshot it did not need",
          () ->
              slow.context().getSnapshotStore().getCurrentSnapshot() != null
                  && cluster.network().sent(InstallRequest.class).stream()
                      .anyMatch(message -> message.to().equals("c")));
      goOn.countDown();
      StockCluster.drain(slow);

      assertThat(slow.context().getLastApplied()).isEqualTo(snapshot);
      assertThat(slow.lines()).hasSize(1);

      // Its own snapshot comes before the next entry, which would install the received one.
      slow.server().compact();
      slow.drainState();
      leader.write("next");
      leader.write("last");
      StockCluster.drain(leader);
      Waiting.until("c learns it", () -> slow.commitIndex() == leader.commitIndex());
      StockCluster.drain(slow);

      assertThat(leader.lines()).hasSize(302);
      assertThat(slow.context().getLastApplied()).isEqualTo(leader.context().getLastApplied());
      assertThat(slow.lines()).hasSizeLessThan(5);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
