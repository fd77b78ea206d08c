// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.FailedPreconditionException;
import io.jswarm.NotFoundException;
import io.jswarm.Swarm;
import io.jswarm.api.Filter;
import io.jswarm.api.LogQuery;
import io.jswarm.api.LogReader;
import io.jswarm.dispatch.LogListener.TaskLine;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.Task;
import io.jswarm.spi.TaskRuntime.LogOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Output of a service's tasks. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "Shows what the tasks of a service print.")
final class ServiceLogsCommand implements Runnable {
  private static final Duration FOR_EVER = Duration.ofDays(30);

  @ParentCommand private ServiceCommand parent = new ServiceCommand();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what they will print.")
  private boolean follow;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "LINES",
      description = "Only so many of the last lines of each task.")
  private int tail = -1;

  @Option(names = "--raw", description = "Lines as they are, without the task's name.")
  private boolean raw;

  @Parameters(paramLabel = "SERVICE")
  private String service = "";

  private final Map<String, String> names = new ConcurrentHashMap<>();

  @Override
  public void run() {
    NodeSession session = parent.session();
    Swarm swarm = session.swarm();
    requireLeader(session);
    LogOptions options = new LogOptions(true, true, follow, tail, null);
    LogQuery query = new LogQuery(options, line -> print(session, swarm, line));
    try (LogReader reader = swarm.services().logs(service, query)) {
      String missing = reader.done().await(FOR_EVER);
      if (!missing.isEmpty()) {
        session.err().println("Warning: " + missing);
      }
    }
  }

  /** Nodes send their tasks' output to the leader, and to nobody else. */
  private static void requireLeader(NodeSession session) {
    for (Node node : session.swarm().nodes().list(Filter.all()).await()) {
      ManagerStatus status = node.managerStatus();
      if (status != null && status.leader() && !node.id().equals(session.node().id())) {
        throw new FailedPreconditionException(
            "logs can be read at the leader only, which is "
                + node.name()
                + " now; run this command there");
      }
    }
  }

  private void print(NodeSession session, Swarm swarm, TaskLine line) {
    String text = line.line().text();
    if (!raw) {
      text = names.computeIfAbsent(line.taskId(), id -> name(swarm, line)) + " | " + text;
    }
    (line.line().stderr() ? session.err() : session.out()).println(text);
  }

  private static String name(Swarm swarm, TaskLine line) {
    try {
      Task task = swarm.tasks().inspect(line.taskId()).await();
      String node = swarm.nodes().inspect(line.nodeId()).await().name();
      return task.serviceName() + "." + task.slot() + "." + task.id().substring(0, 12) + "@" + node;
    } catch (NotFoundException e) {
      return line.taskId();
    }
  }
}
