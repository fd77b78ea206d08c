// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.cluster;

import io.jswarm.Swarm;
import io.jswarm.SwarmException;
import io.jswarm.SwarmNode;
import io.jswarm.api.ClusterListener;
import io.jswarm.api.Filter;
import io.jswarm.loop.Environment;
import io.jswarm.model.Kind;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeState;
import io.jswarm.model.Reachability;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.store.Commit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A node in a process of its own, with simulated tasks. Obeys one line of standard input after the
 * other and answers each with a line.
 */
final class NodeProcess {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final SwarmNode node;
  private final AtomicInteger downs = new AtomicInteger();
  private final AtomicInteger elections = new AtomicInteger();
  private String lastLeader = "";

  private NodeProcess(SwarmNode node) {
    this.node = node;
  }

  /** Arguments: name, data directory, then nothing, or {@code init}, or an address and a token. */
  public static void main(String[] args) throws IOException {
    Environment world = Environment.system();
    SimulatedHost host = SimulatedHost.builder(world).hostname(args[0]).build();
    SwarmNode.Builder builder =
        SwarmNode.builder()
            .name(args[0])
            .environment(world)
            .dataDir(Path.of(args[1]))
            .runtime(host.runtime());
    if (args.length > 2) {
      builder.listen("127.0.0.1", 0);
      builder.availability(
          args[0].startsWith("m") ? NodeAvailability.DRAIN : NodeAvailability.ACTIVE);
      if (args[2].equals("init")) {
        builder.asManager();
      } else {
        builder.join(args[2], args[3]);
      }
    }
    NodeProcess process = new NodeProcess(builder.start());
    process.answer("started " + process.node.id());
    if (process.node.isManager()) {
      process.watch();
    }
    process.obey();
    Runtime.getRuntime().halt(0);
  }

  private void obey() throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      try {
        answer("ok " + perform(line.split(" ")));
      } catch (SwarmException e) {
        answer("error " + e.getMessage());
      }
    }
  }

  private void answer(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private String perform(String[] words) {
    Swarm swarm = node.swarm();
    return switch (words[0]) {
      case "token" -> swarm.joinToken(NodeRole.valueOf(words[1])).await();
      case "address" -> address(swarm);
      case "create" -> {
        long replicas = Long.parseLong(words[2]);
        swarm
            .services()
            .create(ServiceSpec.replicated(words[1], replicas).image("app:1").build())
            .await();
        swarm.services().awaitConverged(words[1], LONG).await(LONG);
        yield "";
      }
      case "write" -> write(swarm);
      case "leader" -> leader(swarm);
      case "busiest" -> busiest(swarm);
      case "moved" -> moved(swarm, words[1], Integer.parseInt(words[2]));
      case "ready" -> ready(swarm, Integer.parseInt(words[1]));
      case "incidents" -> elections.get() + " " + downs.get();
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private String address(Swarm swarm) {
    await(kinds(Kind.NODE), ignored -> self(swarm).managerStatus() != null);
    return self(swarm).managerStatus().addr();
  }

  private Node self(Swarm swarm) {
    return swarm.nodes().inspect(node.id()).await();
  }

  private String write(Swarm swarm) {
    swarm
        .services()
        .update("app", spec -> spec.toBuilder().label("at", "" + System.nanoTime()).build())
        .await();
    return "" + System.nanoTime();
  }

  private static String leader(Swarm swarm) {
    return swarm.nodes().list(Filter.all()).await().stream()
        .filter(each -> each.managerStatus() != null && each.managerStatus().leader())
        .map(Node::id)
        .findFirst()
        .orElse("none");
  }

  private static Map<String, Long> load(Swarm swarm) {
    Map<String, Long> load = new TreeMap<>();
    for (Task task : swarm.tasks().list(Filter.all()).await()) {
      if (task.desiredState() == TaskState.RUNNING && task.state() == TaskState.RUNNING) {
        load.merge(task.nodeId(), 1L, Long::sum);
      }
    }
    return load;
  }

  private static String busiest(Swarm swarm) {
    return load(swarm).entrySet().stream()
        .max(Comparator.comparing(Map.Entry::getValue))
        .map(Map.Entry::getKey)
        .orElse("none");
  }

  /** Waits until so many tasks run elsewhere, and answers when. */
  private String moved(Swarm swarm, String from, int count) {
    return ""
        + await(
            kinds(Kind.TASK),
            ignored ->
                load(swarm).entrySet().stream()
                        .filter(each -> !each.getKey().equals(from))
                        .mapToLong(Map.Entry::getValue)
                        .sum()
                    == count);
  }

  /** Waits until so many nodes are ready and all managers can be reached. */
  private String ready(Swarm swarm, int count) {
    return ""
        + await(
            kinds(Kind.NODE),
            ignored -> {
              List<Node> nodes = swarm.nodes().list(Filter.all()).await();
              return nodes.stream().filter(each -> each.status().state() == NodeState.READY).count()
                      == count
                  && nodes.stream()
                      .allMatch(
                          each ->
                              each.role() == NodeRole.WORKER
                                  || (each.managerStatus() != null
                                      && each.managerStatus().reachability()
                                          == Reachability.REACHABLE));
            });
  }

  private static Set<Kind> kinds(Kind kind) {
    return Set.of(kind);
  }

  /** Looks after each commit; the time in nanoseconds at which the condition held. */
  private long await(Set<Kind> kinds, Predicate<Object> condition) {
    CompletableFuture<Long> held = new CompletableFuture<>();
    Watcher watcher =
        new Watcher(
            () -> {
              if (condition.test("")) {
                held.complete(System.nanoTime());
              }
            });
    Swarm.Subscription watch = node.swarm().watch(kinds, watcher);
    try {
      return held.get(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException
        | java.util.concurrent.ExecutionException
        | InterruptedException e) {
      throw new io.jswarm.UnavailableException("it did not come true: " + e);
    } finally {
      watch.close();
    }
  }

  /** Counts what should not happen when nothing is done to the cluster. */
  private void watch() {
    node.swarm().watch(Set.of(Kind.NODE), new Watcher(this::count));
  }

  private void count() {
    String leader = leader(node.swarm());
    if (!leader.equals("none") && !leader.equals(lastLeader)) {
      lastLeader = leader;
      elections.incrementAndGet();
    }
    downs.addAndGet(
        (int)
            node.swarm().nodes().list(Filter.all()).await().stream()
                .filter(each -> each.status().state() == NodeState.DOWN)
                .count());
  }

  /** Looks at the beginning and after each commit. */
  private record Watcher(Runnable look) implements ClusterListener {
    @Override
    public void onSnapshot(long version, List<StoreObject> objects) {
      look.run();
    }

    @Override
    public void onCommit(Commit commit) {
      look.run();
    }
  }
}
