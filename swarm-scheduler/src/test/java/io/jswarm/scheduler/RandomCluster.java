// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static io.jswarm.scheduler.Given.GIB;
import static io.jswarm.scheduler.Given.reserve;

import io.jswarm.model.Endpoint;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small clusters and services from a seed, narrow enough that filters bite. */
final class RandomCluster {
  final Random random;

  RandomCluster(long seed) {
    random = new Random(seed);
  }

  @SafeVarargs
  final <T> T oneOf(T... values) {
    return values[random.nextInt(values.length)];
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  List<Node> nodes(int atMost) {
    List<Node> nodes = new ArrayList<>();
    int count = 1 + random.nextInt(atMost);
    for (int i = 0; i < count; i++) {
      nodes.add(node("n" + i));
    }
    return nodes;
  }

  Node node(String id) {
    Node node =
        Given.node(
            id,
            oneOf(0.0, 1.0, 2.0, 4.0),
            oneOf(0L, GIB, 4 * GIB),
            oneOf("", "", "GPU=2", "GPU=g1", "GPU=g1,GPU=g2,GPU=g3,SSD=1"));
    node = Given.platform(node, "linux", oneOf("amd64", "x86_64", "arm64", "aarch64"));
    if (oneIn(4)) {
      node = Given.state(node, oneOf(NodeState.DOWN, NodeState.UNKNOWN, NodeState.DISCONNECTED));
    }
    if (oneIn(4)) {
      node = Given.availability(node, oneOf(NodeAvailability.DRAIN, NodeAvailability.PAUSE));
    }
    if (!oneIn(3)) {
      node = Given.label(node, "zone", oneOf("east", "west"));
    }
    if (!oneIn(3)) {
      node = Given.label(node, "rack", oneOf("r1", "r2", "r3"));
    }
    return node;
  }

  TaskSpec spec() {
    TaskSpec.Builder spec = Given.spec();
    if (oneIn(2)) {
      spec.reservations(
          reserve(oneOf(0.0, 0.5, 1.0), oneOf(0L, GIB), oneOf("", "", "GPU=1", "GPU=2,SSD=1")));
    }
    if (oneIn(3)) {
      spec.constraint(
          oneOf("node.labels.zone == east", "node.labels.zone != east", "node.id != n0"));
    }
    if (oneIn(4)) {
      spec.platform("linux", oneOf("", "amd64", "arm64"));
    }
    if (oneIn(4)) {
      spec.maxReplicasPerNode(1 + random.nextInt(2));
    }
    if (oneIn(3)) {
      spec.spreadOver("node.labels." + oneOf("zone", "rack"));
    }
    if (oneIn(6)) {
      spec.spreadOver("node.labels.rack");
    }
    return spec.build();
  }

  Endpoint endpoint() {
    if (!oneIn(4)) {
      return Endpoint.NONE;
    }
    PortConfig port =
        oneOf(PortConfig.host(80, 80), PortConfig.host(0, 80), PortConfig.ingress(80, 80));
    return Given.endpoint(oneIn(3) ? port.withProtocol(Protocol.UDP) : port);
  }

  /** The waiting tasks of a service, alike but for their slots. */
  List<Task> service(String name, long version, int replicas) {
    TaskSpec spec = spec();
    Endpoint endpoint = endpoint();
    List<Task> tasks = new ArrayList<>();
    for (int slot = 1; slot <= replicas; slot++) {
      tasks.add(Given.task(name, slot, version, spec).withEndpoint(endpoint));
    }
    return tasks;
  }
}
