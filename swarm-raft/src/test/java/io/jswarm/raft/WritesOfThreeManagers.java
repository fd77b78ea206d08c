// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.SwarmException;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory.Entry;
import io.jswarm.spi.ReplicatedLogFactory.Settings;
import io.jswarm.transport.LocalNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/**
 * A program for {@link SyncedAcknowledgementTest}: three managers on real disks, and a directory
 * made before each write and after the last.
 */
final class WritesOfThreeManagers {
  static final int WRITES = 50;

  private WritesOfThreeManagers() {}

  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    Path directory = Path.of(arguments[0]);
    Environment environment = Environment.system();
    LocalNetwork network = new LocalNetwork(environment);
    CountDownLatch leading = new CountDownLatch(1);
    List<ReplicatedLog> logs = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      String node = "m" + i;
      ReplicatedLog log =
          new AtomixLogFactory()
              .create(
                  new Settings(
                      node,
                      node + ":2377",
                      directory.resolve(node),
                      environment,
                      network,
                      i == 1 ? Entry.BOOTSTRAP : Entry.JOIN));
      EventLoop owner = environment.loops().create("owner-" + node);
      log.start(owner, new RecordingMachine((position, value) -> {}), new Leadership(leading));
      logs.add(log);
    }
    leading.await();
    ReplicatedLog leader = logs.get(0);
    for (ReplicatedLog joining : logs.subList(1, 3)) {
      leader
          .group()
          .orElseThrow()
          .add(joining.group().orElseThrow().self())
          .toCompletableFuture()
          .get();
    }
    for (int i = 0; i < WRITES; i++) {
      Files.createDirectory(directory.resolve("write-" + i));
      leader.propose(new RecordingMachine.Numbered(i, 200)).toCompletableFuture().get();
    }
    Files.createDirectory(directory.resolve("write-" + WRITES));
    Runtime.getRuntime().halt(0);
  }

  private record Leadership(CountDownLatch leading) implements ReplicatedLog.LeadershipListener {
    @Override
    public void onLeading(long term) {
      leading.countDown();
    }

    @Override
    public void onFollowing(Optional<String> leader) {}

    @Override
    public void onStopped(SwarmException cause) {
      throw cause;
    }
  }
}
