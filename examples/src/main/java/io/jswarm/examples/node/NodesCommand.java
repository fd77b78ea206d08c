// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.SwarmException;
import io.jswarm.api.Filter;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.Reachability;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The cluster's nodes. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = "Shows and manages the cluster's nodes.")
final class NodesCommand {
  @ParentCommand private NodeCommand root = NodeCommand.unset();

  @Command(name = "ls", mixinStandardHelpOptions = true, description = "Lists nodes.")
  void ls(@Mixin ListOptions options) {
    NodeSession session = root.session();
    List<Node> nodes = session.swarm().nodes().list(Filter.all()).await();
    Table table =
        new Table("ID", "HOSTNAME", "STATUS", "AVAILABILITY", "MANAGER STATUS", "ENGINE VERSION");
    for (Node node : nodes) {
      String self = node.id().equals(session.node().id()) ? " *" : "  ";
      table.row(
          options.isTable() ? node.id() + self : node.id(),
          node.name(),
          word(node.status().state()),
          word(node.spec().availability()),
          managerStatus(node.managerStatus()),
          node.description().engine().version());
    }
    options.print(session, nodes.stream().map(Node::id).toList(), table);
  }

  private static String managerStatus(@Nullable ManagerStatus status) {
    if (status == null) {
      return "";
    }
    return status.leader() && status.reachability() != Reachability.UNREACHABLE
        ? "Leader"
        : word(status.reachability());
  }

  static String word(Enum<?> value) {
    String name = value.name();
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }

  @Command(
      name = "drain",
      mixinStandardHelpOptions = true,
      description = "Moves all tasks of nodes elsewhere.")
  int drain(@Parameters(paramLabel = "NODE", arity = "1..*") List<String> names) {
    return each(names, (swarm, name) -> swarm.drain(name), "Node %s drains.");
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Gives nodes no new tasks.")
  int pause(@Parameters(paramLabel = "NODE", arity = "1..*") List<String> names) {
    return each(names, (swarm, name) -> swarm.pause(name), "Node %s takes no new tasks.");
  }

  @Command(
      name = "activate",
      mixinStandardHelpOptions = true,
      description = "Gives nodes tasks again.")
  int activate(@Parameters(paramLabel = "NODE", arity = "1..*") List<String> names) {
    return each(names, (swarm, name) -> swarm.activate(name), "Node %s is active.");
  }

  @Command(
      name = "promote",
      mixinStandardHelpOptions = true,
      description = "Makes workers managers.")
  int promote(@Parameters(paramLabel = "NODE", arity = "1..*") List<String> names) {
    return each(
        names, (swarm, name) -> swarm.promote(name), "Node %s promoted to a manager in the swarm.");
  }

  @Command(
      name = "demote",
      mixinStandardHelpOptions = true,
      description = "Makes managers workers.")
  int demote(@Parameters(paramLabel = "NODE", arity = "1..*") List<String> names) {
    return each(names, (swarm, name) -> swarm.demote(name), "Manager %s demoted in the swarm.");
  }

  @Command(
      name = "rm",
      mixinStandardHelpOptions = true,
      description = "Removes workers from the cluster.")
  int rm(
      @Option(
              names = {"-f", "--force"},
              description = "Even those that are up.")
          boolean force,
      @Parameters(paramLabel = "NODE", arity = "1..*") List<String> names) {
    return each(names, (swarm, name) -> swarm.remove(name, force), "%s");
  }

  /** One that fails does not keep the others from being done. */
  private int each(
      List<String> names, BiFunction<Swarm.Nodes, String, Reply<Node>> change, String done) {
    NodeSession session = root.session();
    Swarm.Nodes nodes = session.swarm().nodes();
    int failed = 0;
    for (String name : names) {
      try {
        change.apply(nodes, name.equals("self") ? session.node().id() : name).await();
        session.out().println(done.formatted(name));
      } catch (SwarmException e) {
        session.err().println("Error: " + e.getMessage());
        failed = 1;
      }
    }
    return failed;
  }
}
