// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.SwarmNode;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.ClusterSpec.CaConfig;
import io.jswarm.model.NodeRole;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Begins a cluster. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = "Begins a cluster, with this node as its first manager.")
final class InitCommand implements ForegroundCommand, NodeProcess.Entry {
  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private RunOptions run = new RunOptions();

  @Option(
      names = "--cert-expiry",
      paramLabel = "DURATION",
      converter = Quantities.OfDuration.class,
      description = "Life of the nodes' certificates; 2160h unless set.")
  private @Nullable Duration certExpiry;

  @Option(
      names = "--heartbeat",
      paramLabel = "DURATION",
      converter = Quantities.OfDuration.class,
      description = "How often nodes report; they are down after three times that. 1s unless set.")
  private @Nullable Duration heartbeat;

  @Override
  public int run(Path dataDir, CommandLine line) throws IOException {
    run.configureLog();
    ControlSocket.prepare(dataDir);
    NodeProcess.requireNoMember(dataDir);
    NodeSettings settings = node.settings(node.hasListen() ? null : HostPort.ofMachine());
    settings.write(dataDir);
    return NodeProcess.run(dataDir, settings, run, this, line);
  }

  @Override
  public void prepare(SwarmNode.Builder node) {
    ClusterSpec.Builder cluster = ClusterSpec.defaults().toBuilder();
    if (heartbeat != null) {
      cluster.heartbeatPeriod(heartbeat);
    }
    if (certExpiry != null) {
      CaConfig ca = ClusterSpec.defaults().ca();
      cluster.ca(
          new CaConfig(
              certExpiry,
              ca.externalCas(),
              ca.signingCaCert(),
              ca.signingCaKey(),
              ca.forceRotate()));
    }
    node.asManager().cluster(cluster.build());
  }

  @Override
  public void announce(SwarmNode node, PrintWriter out) {
    out.println("Swarm initialized: current node (" + node.id() + ") is now a manager.");
    out.println();
    new JoinInstructions(node).print(NodeRole.WORKER, out);
    out.println();
    out.println("To add a manager to this swarm, run 'token manager' and follow the instructions.");
  }
}
