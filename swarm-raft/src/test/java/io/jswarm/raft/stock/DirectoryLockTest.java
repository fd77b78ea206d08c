// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Bug 25: the lock file holds off other ids only, not a second server of the same. */
class DirectoryLockTest {

  @Test
  void twoServersWriteToOneDirectory() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer first = cluster.started("a");
      first.write("one");
      StockServer second = new StockServer("a", first.setup(), new Network());
      second.bootstrap("a");
      second.campaign();
      second.openSession();
      first.write("acknowledged by the first");
      second.write("acknowledged by the second");
      second.close();
      cluster.crash("a");

      StockServer restarted = cluster.lone("a");
      restarted.campaign();
      StockCluster.drain(restarted);

      assertThat(restarted.lines()).contains("one").hasSizeLessThan(3);
    }
  }
}
