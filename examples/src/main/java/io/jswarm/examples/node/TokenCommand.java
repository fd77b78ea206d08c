// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.model.NodeRole;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Join tokens. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = "Shows or replaces what nodes join with.")
final class TokenCommand {
  @ParentCommand private NodeCommand root = NodeCommand.unset();

  @Command(
      name = "worker",
      mixinStandardHelpOptions = true,
      description = "Shows how workers join.")
  void worker(
      @Option(names = "--rotate", description = "Replace the token; the old one is void.")
          boolean rotate,
      @Option(
              names = {"-q", "--quiet"},
              description = "Only the token.")
          boolean quiet) {
    token(NodeRole.WORKER, rotate, quiet);
  }

  @Command(
      name = "manager",
      mixinStandardHelpOptions = true,
      description = "Shows how managers join.")
  void manager(
      @Option(names = "--rotate", description = "Replace the token; the old one is void.")
          boolean rotate,
      @Option(
              names = {"-q", "--quiet"},
              description = "Only the token.")
          boolean quiet) {
    token(NodeRole.MANAGER, rotate, quiet);
  }

  private void token(NodeRole role, boolean rotate, boolean quiet) {
    NodeSession session = root.session();
    if (rotate) {
      session.swarm().rotateJoinToken(role).await();
      if (!quiet) {
        session
            .out()
            .println(
                "Successfully rotated " + role.name().toLowerCase(Locale.ROOT) + " join token.");
        session.out().println();
      }
    }
    if (quiet) {
      session.out().println(session.swarm().joinToken(role).await());
    } else {
      new JoinInstructions(session.node()).print(role, session.out());
    }
  }
}
