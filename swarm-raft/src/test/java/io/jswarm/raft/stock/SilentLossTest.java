// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.commands;
import static io.jswarm.raft.stock.Messages.opening;
import static io.jswarm.raft.stock.Messages.vote;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A3, bug 8: damage is taken for the end of the log, or is not noticed at all. */
class SilentLossTest {

  @ParameterizedTest
  @ValueSource(ints = {10, 50, 90})
  void oneFlippedByteEndsTheLogThere(int percent) throws IOException {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.started("a");
      for (int i = 0; i < 200; i++) {
        server.write("line " + i);
      }
      cluster.crash("a");
      Path segment = cluster.directory("a").resolve("raft-1.log");
      flip(segment, 64 + (usedBytes(segment) - 64) * percent / 100);

      StockServer restarted = cluster.lone("a");
      restarted.campaign();
      StockCluster.drain(restarted);

      assertThat(restarted.lines().size()).isBetween(percent * 2 - 10, percent * 2 + 10);
    }
  }

  @Test
  void oneFlippedByteDeletesTheLaterSegments() throws IOException {
    try (StockCluster cluster =
        new StockCluster().with(setup -> setup.segmentBytes(16 << 10).entryBytes(4 << 10))) {
      StockServer server = cluster.started("a");
      for (int i = 0; i < 1_000; i++) {
        server.write("line " + i);
      }
      cluster.crash("a");
      assertThat(segments(cluster.directory("a"))).isGreaterThan(3);
      flip(cluster.directory("a").resolve("raft-1.log"), 1_000);

      cluster.make("a");

      assertThat(segments(cluster.directory("a"))).isEqualTo(1);
    }
  }

  @Test
  void aVoterVotesWithWhatIsLeftOfItsLog() throws IOException {
    try (StockCluster cluster = new StockCluster()) {
      StockServer voter = cluster.lone("c", "a", "b");
      List<RaftLogEntry> entries = new ArrayList<>(List.of(opening(1)));
      entries.addAll(commands(1, 2, 99));
      assertThat(voter.answer(append(1, "a", 0, 0, 0, entries)).lastLogIndex()).isEqualTo(100);
      assertThat(voter.answer(vote(2, "b", 60, 1)).voted()).isFalse();
      cluster.crash("c");
      Path segment = cluster.directory("c").resolve("raft-1.log");
      flip(segment, usedBytes(segment) / 2);

      // All 100 entries were acknowledged, and may be committed.
      StockServer restarted = cluster.lone("c", "a", "b");
      assertThat(restarted.answer(vote(3, "b", 60, 1)).voted()).isTrue();
    }
  }

  @Test
  void aDamagedSnapshotIsRestored() throws IOException {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.started("a");
      server.write("a line of the state");
      long index = server.snapshotNow();
      cluster.crash("a");
      Path snapshot = cluster.directory("a").resolve("raft-" + index + ".snapshot");
      byte[] bytes = Files.readAllBytes(snapshot);
      flip(snapshot, indexOf(bytes, "line of", 0));

      StockServer restarted = cluster.lone("a");
      restarted.campaign();
      StockCluster.drain(restarted);

      assertThat(restarted.lines()).hasSize(1).doesNotContain("a line of the state");
    }
  }

  @Test
  void aSnapshotThatCannotBeReadIsAnEmptyState() throws IOException {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.started("a");
      server.write("a line of the state");
      long index = server.snapshotNow();
      cluster.crash("a");
      Path snapshot = cluster.directory("a").resolve("raft-" + index + ".snapshot");
      byte[] bytes = Files.readAllBytes(snapshot);
      int type = indexOf(bytes, LedgerType.NAME, 0);
      int name = indexOf(bytes, LedgerType.NAME, type + 1);
      // The length of a string of the sessions' part. Of another part it makes an endless loop.
      flip(snapshot, indexOf(bytes, LedgerType.NAME, name + 1) - 1);

      StockServer restarted = cluster.lone("a");
      restarted.campaign();
      StockCluster.drain(restarted);

      assertThat(restarted.lines()).isEmpty();
    }
  }

  private static long segments(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".log")).count();
    }
  }

  private static int usedBytes(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int used = bytes.length;
    while (bytes[used - 1] == 0) {
      used--;
    }
    return used;
  }

  private static int indexOf(byte[] bytes, String text, int from) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text, from);
  }

  private static void flip(Path file, int position) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.seek(position);
      int old = access.read();
      access.seek(position);
      access.write(old ^ 0x11);
    }
  }
}
