// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Bug 7: a snapshot whose writing failed half way is kept, and the log before it deleted. */
class FailedBackupTest {

  @Test
  void whatWasAcknowledgedBeforeTheFailedSnapshotIsGoneAfterARestart() {
    try (StockCluster cluster =
        new StockCluster().with(setup -> setup.segmentBytes(16 << 10).entryBytes(4 << 10))) {
      StockServer server = cluster.started("a");
      for (int i = 0; i < 1_000; i++) {
        server.write("line " + i);
      }
      server
          .type()
          .beforeBackup(
              () -> {
                throw new IllegalStateException("backup fails");
              });
      // Atomix takes ten seconds for it.
      Waiting.get(server.server().compact());
      cluster.crash("a");

      StockServer restarted = cluster.lone("a");
      restarted.campaign();
      StockCluster.drain(restarted);

      assertThat(restarted.lines()).hasSizeLessThan(300);
    }
  }
}
