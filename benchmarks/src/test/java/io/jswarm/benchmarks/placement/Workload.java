// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.placement;

import io.jswarm.model.Node;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.NodeStatus;
import io.jswarm.model.Platform;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Nodes and waiting tasks.
 *
 * @param services 0 = tasks without a service, each placed for itself
 * @param tasks of all services together
 * @param constrained whether only each third node is eligible
 * @param peerSeconds what SwarmKit took for the same; NaN = it was not done in 20 minutes
 */
public record Workload(
    String name, int nodes, int services, int tasks, boolean constrained, double peerSeconds) {
  /** The table of the issue this engine was written for, SwarmKit measured on two cores. */
  static final List<Workload> TABLE =
      List.of(
          oneOff(1_000, 10_000, false, 2.0),
          oneOff(1_000, 100_000, false, 23.9),
          oneOff(5_000, 100_000, true, 98.6),
          oneOff(100_000, 1_000, false, 27),
          oneOff(100_000, 1_000_000, false, Double.NaN),
          services(1_000, 10, 1_000, 2.0),
          services(5_000, 10, 10_000, 38.6),
          services(5_000, 100, 1_000, 55.5));

  private static Workload oneOff(int nodes, int tasks, boolean constrained, double peerSeconds) {
    String name =
        String.format(
            "%,d nodes, %,d one-off tasks%s",
            nodes, tasks, constrained ? ", a third of the nodes eligible" : "");
    return new Workload(name, nodes, 0, tasks, constrained, peerSeconds);
  }

  private static Workload services(int nodes, int services, int replicas, double peerSeconds) {
    String name =
        String.format("%,d nodes, %,d services of %,d replicas", nodes, services, replicas);
    return new Workload(name, nodes, services, services * replicas, true, peerSeconds);
  }

  private boolean hasServices() {
    return services > 0;
  }

  /** Nodes that are ready; each third in the zone that constraints ask for, or all for services. */
  public List<Node> makeNodes() {
    List<Node> made = new ArrayList<>(nodes);
    Random random = new Random(1);
    for (int i = 0; i < nodes; i++) {
      NodeSpec spec =
          NodeSpec.worker().toBuilder()
              .label("zone", hasServices() || i % 3 == 0 ? "east" : "west")
              .build();
      made.add(
          Node.of(id(random), spec)
              .withStatus(new NodeStatus(NodeState.READY, "", "10.0.0.1"))
              .withDescription(
                  NodeDescription.of(
                      "host-" + i,
                      new Platform("linux", "x86_64"),
                      NodeResources.of(64, 256L << 30))));
    }
    return made;
  }

  public List<Service> makeServices() {
    List<Service> made = new ArrayList<>(services);
    Random random = new Random(2);
    for (int i = 0; i < services; i++) {
      ServiceSpec spec =
          ServiceSpec.replicated("s" + i, tasks / services)
              .image("app:1")
              .reserve(0.1, 64L << 20)
              .constraint("node.labels.zone == east")
              .build();
      made.add(Service.of(id(random), spec).toBuilder().specVersion(1).build());
    }
    return made;
  }

  /** Tasks that wait for a node. */
  public List<Task> makeTasks(List<Service> services) {
    List<Task> made = new ArrayList<>(tasks);
    Random random = new Random(3);
    ServiceSpecBuilder one = ServiceSpec.replicated("one", 1).image("app:1");
    TaskSpec spec = (constrained ? one.constraint("node.labels.zone == east") : one).build().task();
    TaskStatus waits = TaskStatus.of(TaskState.PENDING, Instant.EPOCH, "pending");
    for (int i = 0; i < tasks; i++) {
      if (services.isEmpty()) {
        made.add(Task.builder(id(random), spec, waits, TaskState.RUNNING).build());
      } else {
        Service service = services.get(i % services.size());
        made.add(
            Task.builder(id(random), service.spec().task(), waits, TaskState.RUNNING)
                .serviceId(service.id())
                .serviceName(service.spec().name())
                .specVersion(service.specVersion())
                .slot(i / services.size() + 1)
                .build());
      }
    }
    return made;
  }

  private static String id(Random random) {
    StringBuilder id = new StringBuilder(25);
    for (int i = 0; i < 25; i++) {
      id.append(Character.forDigit(random.nextInt(36), 36));
    }
    return id.toString();
  }
}
