// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Says who the node is; works on workers too. */
@Command(name = "info", mixinStandardHelpOptions = true, description = "Shows who this node is.")
final class InfoCommand implements Runnable {
  @ParentCommand private NodeCommand root = NodeCommand.unset();

  @Override
  public void run() {
    NodeSession session = root.session();
    session.out().println("NodeID: " + session.node().id());
    session.out().println("Is Manager: " + session.node().isManager());
    session.out().println("Data Dir: " + session.dataDir());
    session.out().println("PID: " + ProcessHandle.current().pid());
  }
}
