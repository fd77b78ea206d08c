// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.command;
import static io.jswarm.raft.stock.Messages.opening;
import static io.jswarm.raft.stock.Messages.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.CommandRequest;
import io.atomix.protocols.raft.protocol.CommandResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A6, bug 14: a write that the disk does not take. */
class DiskFullTest {
  private static final String LARGE = "x".repeat(40 << 10);

  @Test
  void aFollowerAcknowledgesAnEntryOfWhichTheDiskTookTheBeginning() {
    try (SmallDisk disk = new SmallDisk(4);
        StockCluster cluster =
            new StockCluster().with(setup -> setup.directory(disk.root().resolve("c")))) {
      StockServer follower = cluster.lone("c", "a", "b");
      follower.answer(append(1, "a", 0, 0, 0, opening(1)));
      disk.fill(3);

      assertThat(follower.answer(append(1, "a", 1, 1, 0, command(1, 1, LARGE))))
          .matches(answer -> answer.succeeded())
          .matches(answer -> answer.lastLogIndex() == 2);
      cluster.crash("c");
      disk.free();

      assertThat(cluster.lone("c", "a", "b").lastIndex()).isEqualTo(1);
    }
  }

  @Test
  void aLeaderWithAFullDiskLeadsOnAndAnswersNothingEvenWhenThereIsSpaceAgain() {
    try (SmallDisk disk = new SmallDisk(4);
        StockCluster cluster = new StockCluster()) {
      cluster.with(setup -> setup.directory(disk.root().resolve("a")));
      StockServer leader = cluster.make("a");
      cluster.with(setup -> setup);
      cluster.make("b");
      cluster.make("c");
      for (String id : List.of("a", "b", "c")) {
        cluster.server(id).bootstrap("a", "b", "c");
      }
      leader.campaign();
      leader.openSession();
      leader.write("one");
      disk.fill(0);

      CompletableFuture<CommandResponse> whenFull = send(leader, 2, LARGE);
      leader.drainState();
      disk.free();
      CompletableFuture<CommandResponse> afterwards = send(leader, 3, "small");
      Waiting.pause(500);

      assertThat(leader.leads()).isTrue();
      assertThat(whenFull).isNotDone();
      assertThat(afterwards).isNotDone();
      assertThat(cluster.server("b").lines()).containsExactly("one");
    }
  }

  @Test
  void mappedFilesEndTheJvm() throws IOException, InterruptedException {
    try (SmallDisk disk = new SmallDisk(4)) {
      disk.fill(60);

      ChildJvm.Result result =
          ChildJvm.run(List.of(), MappedOnFullDisk.class, disk.root().resolve("a").toString());

      assertThat(result.output()).contains("started").doesNotContain("survived");
      assertThat(result.output()).containsAnyOf("SIGBUS", "InternalError", "no answer");
      assertThat(result.exit()).isNotZero();
    }
  }

  private static CompletableFuture<CommandResponse> send(
      StockServer leader, long sequence, String line) {
    return leader.receive(
        CommandRequest.builder()
            .withSession(leader.session())
            .withSequence(sequence)
            .withOperation(operation(line))
            .build());
  }
}
