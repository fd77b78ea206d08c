// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.FailedPreconditionException;
import io.jswarm.SwarmNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts a node again. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = "Starts a node again that was made with init or join; it finds its tasks.")
final class StartCommand implements ForegroundCommand, NodeProcess.Entry {
  @Mixin private RunOptions run = new RunOptions();

  @Option(
      names = "--force-new-cluster",
      description =
          "Go on as the only manager, with the state this one has: for when most managers are lost"
              + " for good.")
  private boolean forceNewCluster;

  @Option(
      names = "--rejoin",
      description = "Get the state anew from the other managers: for one whose log is damaged.")
  private boolean rejoin;

  @Override
  public int run(Path dataDir, CommandLine line) throws IOException {
    run.configureLog();
    ControlSocket.prepare(dataDir);
    if (!NodeSettings.isMember(dataDir)) {
      throw new FailedPreconditionException(
          "there is no node in " + dataDir + " yet; make one with init or join");
    }
    return NodeProcess.run(dataDir, NodeSettings.read(dataDir), run, this, line);
  }

  @Override
  public void prepare(SwarmNode.Builder node) {
    if (forceNewCluster) {
      node.forceNewCluster();
    }
    if (rejoin) {
      node.rejoin();
    }
  }

  @Override
  public void announce(SwarmNode node, PrintWriter out) {
    out.println("This node (" + node.id() + ") runs again as a " + role(node) + ".");
  }

  static String role(SwarmNode node) {
    return node.isManager() ? "manager" : "worker";
  }
}
