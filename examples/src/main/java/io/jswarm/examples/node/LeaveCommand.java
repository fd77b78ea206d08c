// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.FailedPreconditionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Takes the node out of its cluster. */
@Command(
    name = "leave",
    mixinStandardHelpOptions = true,
    description = "Leaves the cluster: the node stops its tasks, and its process ends.")
final class LeaveCommand implements Runnable {
  @ParentCommand private NodeCommand root = NodeCommand.unset();

  @Option(
      names = {"-f", "--force"},
      description = "Leave even as a manager.")
  private boolean force;

  @Override
  public void run() {
    NodeSession session = root.session();
    if (session.node().isManager() && !force) {
      throw new FailedPreconditionException(
          "This node is a manager, and the cluster will have one less to agree with. Use --force"
              + " to leave nevertheless, or demote it first.");
    }
    session.node().leave();
    session.out().println("Node left the swarm.");
    session.end().run();
  }
}
