// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.FailedPreconditionException;
import io.jswarm.SwarmNode;
import io.jswarm.loop.Environment;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import picocli.CommandLine;

/** Runs one node in this process until it leaves its cluster, or the process is asked to end. */
final class NodeProcess {
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  private final Path dataDir;
  private final boolean stopTasks;
  private final Environment environment;
  private final SwarmNode node;
  private final CountDownLatch left = new CountDownLatch(1);

  private NodeProcess(
      Path dataDir, boolean stopTasks, Environment environment, SwarmNode.Builder builder) {
    this.dataDir = dataDir;
    this.stopTasks = stopTasks;
    this.environment = environment;
    this.node = builder.start();
  }

  /** What differs between the ways to begin. */
  interface Entry {
    /** Says how the node gets into its cluster. */
    void prepare(SwarmNode.Builder node);

    /** Tells the user that it did. */
    void announce(SwarmNode node, PrintWriter out);
  }

  /**
   * Runs a node.
   *
   * @return the exit code, when it has left its cluster
   */
  static int run(
      Path dataDir, NodeSettings settings, RunOptions options, Entry entry, CommandLine line)
      throws IOException {
    try (Environment environment = Environment.system()) {
      SwarmNode.Builder builder = settings.builder(dataDir).environment(environment);
      settings.runtime().equip(builder, environment, settings.name());
      entry.prepare(builder);
      NodeProcess process = new NodeProcess(dataDir, options.stopTasks(), environment, builder);
      return process.serve(entry::announce, line.getOut());
    }
  }

  private int serve(BiConsumer<SwarmNode, PrintWriter> announce, PrintWriter out)
      throws IOException {
    ControlServer server = ControlServer.open(dataDir, this::handle);
    Thread end = new Thread(() -> end(server), "end");
    Runtime.getRuntime().addShutdownHook(end);
    announce.accept(node, out);
    out.flush();
    try {
      left.await();
      server.awaitIdle(LAST_ANSWERS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.close();
    return 0;
  }

  private int handle(ControlRequest request, PrintWriter out, PrintWriter err) {
    NodeSession session =
        new NodeSession(node, dataDir, out, err, request.columns(), left::countDown);
    return NodeCommand.run(session, request.args().toArray(String[]::new));
  }

  /** The process is about to end, or the node has left and there is little to do. */
  private void end(ControlServer server) {
    try {
      server.close();
    } catch (IOException e) {
      System.err.println("Error: " + e);
    }
    if (stopTasks) {
      node.close();
    } else {
      node.detach();
    }
    environment.close();
  }

  /** A directory holds one node. */
  static void requireNoMember(Path dataDir) {
    if (NodeSettings.isMember(dataDir)) {
      throw new FailedPreconditionException(
          "This node is already part of a swarm. Use \"start\" to run it again, \"leave\" to leave"
              + " its swarm, or another --data-dir for another node.");
    }
  }
}
