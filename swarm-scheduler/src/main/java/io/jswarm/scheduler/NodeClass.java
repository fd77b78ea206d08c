// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes with the same traits: what a filter of that kind says of one it says of all. */
final class NodeClass {
  private final Traits traits;
  private final Tournament nodes = new Tournament();
  private final Map<String, Count> activeByService = new HashMap<>();

  /** Of the service counted last: mostly it is the next one's too. */
  private @Nullable Count last;

  NodeClass(Traits traits) {
    this.traits = traits;
  }

  Traits traits() {
    return traits;
  }

  Tournament nodes() {
    return nodes;
  }

  /** One that stands for all. */
  NodeBooks sample() {
    return nodes.get(0);
  }

  void add(NodeBooks node) {
    node.sit(this, nodes.add(node));
    node.forEachService(this::count);
  }

  void remove(NodeBooks node) {
    node.forEachService((service, tasks) -> count(service, -tasks));
    NodeBooks moved = nodes.remove(node.seat());
    if (moved != null) {
      moved.sit(this, node.seat());
    }
    node.sit(null, 0);
  }

  /** The node has other tasks or resources than before. */
  void changed(NodeBooks node) {
    nodes.changed(node.seat());
  }

  /** A service has more active tasks, or fewer, on the nodes of this class. */
  void count(String serviceId, int more) {
    Count count = last;
    if (count == null || !count.serviceId.equals(serviceId)) {
      count = activeByService.computeIfAbsent(serviceId, Count::new);
      last = count;
    }
    count.tasks += more;
    if (count.tasks == 0) {
      activeByService.remove(serviceId);
      last = null;
    }
  }

  /** Number of active tasks of a service on the nodes of this class. */
  int activeOf(String serviceId) {
    Count count = activeByService.get(serviceId);
    return count == null ? 0 : count.tasks;
  }

  private static final class Count {
    final String serviceId;
    int tasks;

    Count(String serviceId) {
      this.serviceId = serviceId;
    }
  }
}
