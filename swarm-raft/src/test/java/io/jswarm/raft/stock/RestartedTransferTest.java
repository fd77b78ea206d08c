// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.InstallRequest;
import io.jswarm.raft.stock.Network.Fate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bug 24: a newer snapshot makes the leader send from the beginning. */
class RestartedTransferTest {

  @Test
  void aMemberNeverGetsASnapshotThatTakesLongerToSendThanToReplace() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      cluster.crash("c");
      String kilobytes = "x".repeat(10 << 10);
      for (int i = 0; i < 12; i++) {
        leader.write(kilobytes);
      }
      leader.snapshotNow();
      cluster
          .network()
          .rule(
              message ->
                  message.is(InstallRequest.class) && message.to().equals("c")
                      ? Fate.HOLD_ANSWER
                      : Fate.DELIVER);
      cluster.lone("c", "a", "b");

      for (int round = 0; round < 3; round++) {
        for (int chunk = 0; chunk < 3; chunk++) {
          Waiting.until("a chunk is on its way", () -> cluster.network().heldAnswers() > 0);
          if (chunk < 2) {
            cluster.network().releaseAnswers();
          }
        }
        leader.write(kilobytes);
        leader.snapshotNow();
        int sentBefore = toC(cluster).size();
        cluster.network().releaseAnswers();
        Waiting.until("the next chunk is sent", () -> toC(cluster).size() > sentBefore);

        InstallRequest next = toC(cluster).get(toC(cluster).size() - 1);
        assertThat(next.chunkOffset()).isZero();
      }
      assertThat(cluster.server("c").lines()).isEmpty();
    }
  }

  private static List<InstallRequest> toC(StockCluster cluster) {
    return cluster.network().sent(InstallRequest.class).stream()
        .filter(message -> message.to().equals("c"))
        .map(message -> (InstallRequest) message.request())
        .toList();
  }
}
