// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Bug 16: each election opens a log reader per member and closes none. */
@EnabledOnOs(OS.LINUX)
class ReaderLeakTest {

  @Test
  void tenElectionsLeaveTwentyFilesOpen() throws IOException {
    try (StockCluster cluster = new StockCluster()) {
      StockServer leader = cluster.started("a", "b", "c");
      int before = open(cluster.directory("a"));

      for (int i = 0; i < 10; i++) {
        leader.campaignOnly();
        Waiting.until("a leads again", leader::leads);
      }

      assertThat(open(cluster.directory("a"))).isGreaterThanOrEqualTo(before + 20);
    }
  }

  private static int open(Path directory) throws IOException {
    int open = 0;
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      List<Path> descriptors = links.toList();
      for (Path link : descriptors) {
        if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).startsWith(directory)) {
          open++;
        }
      }
    }
    return open;
  }
}
