// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;

import io.jswarm.InvalidSpecException;
import io.jswarm.Swarm;
import io.jswarm.SwarmException;
import io.jswarm.api.Filter;
import io.jswarm.api.ServiceCounts;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Node;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.PublishMode;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Services. */
@Command(
    name = "service",
    mixinStandardHelpOptions = true,
    description = "Shows and manages services.",
    subcommands = {ServiceCreateCommand.class, ServiceLogsCommand.class})
final class ServiceCommand {
  @ParentCommand private NodeCommand root = NodeCommand.unset();

  NodeSession session() {
    return root.session();
  }

  @Command(name = "ls", mixinStandardHelpOptions = true, description = "Lists services.")
  void ls(@Mixin ListOptions options) {
    NodeSession session = root.session();
    Swarm.Services services = session.swarm().services();
    List<Service> list = new ArrayList<>(services.list(Filter.all()).await());
    list.sort(comparing(Service::name));
    Table table = new Table("ID", "NAME", "MODE", "REPLICAS", "IMAGE", "PORTS");
    for (Service service : list) {
      ServiceCounts counts = services.counts(service.id()).await();
      table.row(
          options.id(service.id()),
          service.name(),
          mode(service.spec().mode()),
          counts.running() + "/" + counts.desired(),
          image(service.spec().task()),
          service.endpoint().ports().stream()
              .map(ServiceCommand::port)
              .collect(Collectors.joining(", ")));
    }
    options.print(session, list.stream().map(Service::id).toList(), table);
  }

  private static String mode(ServiceMode mode) {
    if (mode.isGlobal()) {
      return mode.isJob() ? "global job" : "global";
    }
    return mode.isJob() ? "replicated job" : "replicated";
  }

  private static String image(TaskSpec task) {
    return task.runtime() instanceof ContainerSpec container ? container.image() : "";
  }

  private static String port(PortConfig port) {
    String host = port.publishMode() == PublishMode.INGRESS ? "*:" : "";
    String protocol = port.protocol() == null ? "" : protocol(port.protocol());
    return host + port.publishedPort() + "->" + port.targetPort() + "/" + protocol;
  }

  private static String protocol(Protocol protocol) {
    return protocol.name().toLowerCase(Locale.ROOT);
  }

  @Command(
      name = "ps",
      mixinStandardHelpOptions = true,
      description = "Lists the tasks of services.")
  void ps(
      @Mixin ListOptions options,
      @Parameters(paramLabel = "SERVICE", arity = "1..*") List<String> names) {
    NodeSession session = root.session();
    Swarm swarm = session.swarm();
    Map<String, String> nodes =
        swarm.nodes().list(Filter.all()).await().stream()
            .collect(Collectors.toMap(Node::id, Node::name));
    List<Task> tasks = new ArrayList<>();
    for (String name : names) {
      tasks.addAll(swarm.tasks().list(Filter.all().service(name)).await());
    }
    tasks.sort(
        comparing(Task::serviceName)
            .thenComparing(comparingInt(Task::slot))
            .thenComparing(comparing((Task task) -> task.meta().createdAt()).reversed()));
    Table table =
        new Table(
            "ID", "NAME", "IMAGE", "NODE", "DESIRED STATE", "CURRENT STATE", "ERROR", "PORTS");
    String slotBefore = "";
    Instant now = Instant.now();
    for (Task task : tasks) {
      String slot = task.serviceName() + "." + (task.slot() == 0 ? task.nodeId() : task.slot());
      table.row(
          options.id(task.id()),
          slot.equals(slotBefore) ? " \\_ " + slot : slot,
          image(task.spec()),
          nodes.getOrDefault(task.nodeId(), task.nodeId()),
          NodesCommand.word(task.desiredState()),
          NodesCommand.word(task.state()) + " " + Age.of(task.status().timestamp(), now) + " ago",
          task.status().error(),
          task.state() == TaskState.RUNNING
              ? task.status().ports().stream()
                  .map(ServiceCommand::port)
                  .collect(Collectors.joining(", "))
              : "");
      slotBefore = slot;
    }
    options.print(session, tasks.stream().map(Task::id).toList(), table);
  }

  @Command(
      name = "scale",
      mixinStandardHelpOptions = true,
      description = "Sets the number of tasks of services.")
  int scale(
      @Option(
              names = {"-d", "--detach"},
              description = "Do not wait until they run.")
          boolean detach,
      @Parameters(paramLabel = "SERVICE=REPLICAS", arity = "1..*") Map<String, Long> wanted) {
    NodeSession session = root.session();
    Swarm.Services services = session.swarm().services();
    int code = 0;
    for (Map.Entry<String, Long> entry : wanted.entrySet()) {
      if (entry.getValue() < 0) {
        throw new InvalidSpecException("service " + entry.getKey(), "replicas", "is negative");
      }
      try {
        Service service = services.scale(entry.getKey(), entry.getValue()).await();
        session.out().println(entry.getKey() + " scaled to " + entry.getValue());
        if (!detach) {
          ConvergenceWait.of(session, service);
        }
      } catch (SwarmException e) {
        session.err().println("Error: " + e.getMessage());
        code = 1;
      }
    }
    return code;
  }

  @Command(name = "rm", mixinStandardHelpOptions = true, description = "Removes services.")
  int rm(@Parameters(paramLabel = "SERVICE", arity = "1..*") List<String> names) {
    NodeSession session = root.session();
    int code = 0;
    for (String name : names) {
      try {
        session.swarm().services().remove(name).await();
        session.out().println(name);
      } catch (SwarmException e) {
        session.err().println("Error: " + e.getMessage());
        code = 1;
      }
    }
    return code;
  }
}
