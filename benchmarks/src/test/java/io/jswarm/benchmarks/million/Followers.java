// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import io.jswarm.benchmarks.Fork;
import io.jswarm.benchmarks.raft.Child;
import io.jswarm.loop.Environment;
import io.jswarm.raft.chaos.Ports;
import io.jswarm.raft.chaos.TcpTransport;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory;
import io.jswarm.transport.LocalNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;

/** Two managers that follow, each a JVM of its own with all of the control plane. */
final class Followers implements AutoCloseable {
  private final Path directory = Child.directory("c1m");
  private final List<Process> processes = new ArrayList<>();

  /** A log that others can take part in, in this directory of this run. */
  ReplicatedLog leaderLog(Environment world) {
    return log(world, "m1", directory, ReplicatedLogFactory.Entry.BOOTSTRAP);
  }

  private static ReplicatedLog log(
      Environment world, String nodeId, Path directory, ReplicatedLogFactory.Entry entry) {
    ReplicatedLogFactory factory =
        ServiceLoader.load(ReplicatedLogFactory.class).findFirst().orElseThrow();
    return factory.create(
        new ReplicatedLogFactory.Settings(
            nodeId,
            "127.0.0.1:" + Ports.free(),
            directory.resolve(nodeId),
            world,
            TcpTransport.open(),
            entry));
  }

  /** Starts one and makes it vote. */
  void add(String nodeId, ReplicatedLog leader, Environment world) {
    try {
      Process process =
          Child.owned(
              new ProcessBuilder(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx4g",
                      "-Xms4g",
                      Fork.LARGE_PAGES.strip(),
                      "-cp",
                      System.getProperty("java.class.path"),
                      Followers.class.getName(),
                      nodeId,
                      directory.toString())
                  .redirectError(ProcessBuilder.Redirect.INHERIT)
                  .start());
      processes.add(process);
      String[] self =
          new BufferedReader(
                  new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
              .readLine()
              .split(" ");
      ManagerGroup.Manager manager = new ManagerGroup.Manager(self[0], nodeId, self[1]);
      CompletableFuture<Void> added = new CompletableFuture<>();
      leader
          .group()
          .orElseThrow()
          .add(manager)
          .whenComplete(
              (done, error) -> {
                if (error == null) {
                  added.complete(null);
                } else {
                  added.completeExceptionally(error);
                }
              });
      world.awaiter().await(added, Duration.ofMinutes(1));
      added.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of them, until its input ends. */
  public static void main(String[] args) throws IOException {
    Environment world = Environment.system();
    ReplicatedLog log = log(world, args[0], Path.of(args[1]), ReplicatedLogFactory.Entry.JOIN);
    new ControlPlane(world, new LocalNetwork(world), args[0], log);
    ManagerGroup.Manager self = log.group().orElseThrow().self();
    System.out.println(self.id() + " " + self.address());
    int read;
    do {
      read = System.in.read();
    } while (read >= 0);
    System.exit(0);
  }

  @Override
  public void close() {
    processes.forEach(Child::kill);
    Child.remove(directory);
  }
}
