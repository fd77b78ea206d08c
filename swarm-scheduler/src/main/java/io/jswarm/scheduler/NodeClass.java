// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import java.util.HashMap;
import java.util.Map;

/** Nodes with the same traits: what a filter of that kind says of one it says of all. */
final class NodeClass {
  private final Traits traits;
  private final Tournament nodes = new Tournament();
  private final Map<String, Integer> activeByService = new HashMap<>();

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
    activeByService.merge(serviceId, more, (a, b) -> a + b == 0 ? null : a + b);
  }

  /** Number of active tasks of a service on the nodes of this class. */
  int activeOf(String serviceId) {
    return activeByService.getOrDefault(serviceId, 0);
  }
}
