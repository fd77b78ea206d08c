// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The nodes that are known, by class. */
final class NodeClasses {
  private final Map<Traits, NodeClass> classes = new LinkedHashMap<>();
  private final Set<SpreadKey> asked = new LinkedHashSet<>();
  private long version;

  /** Grows with each change of what classes there are. */
  long version() {
    return version;
  }

  Collection<NodeClass> all() {
    return classes.values();
  }

  /** Has nodes told apart by these labels from now on. */
  void ask(Collection<SpreadKey> labels) {
    if (asked.addAll(labels)) {
      List<NodeBooks> nodes = new ArrayList<>();
      for (NodeClass each : classes.values()) {
        for (int seat = 0; seat < each.nodes().size(); seat++) {
          nodes.add(each.nodes().get(seat));
        }
      }
      nodes.forEach(this::put);
    }
  }

  /** Puts a node, which is known, where it belongs as it is now. */
  void put(NodeBooks node) {
    Traits traits = Traits.of(node.node(), asked);
    NodeClass before = node.nodeClass();
    NodeClass now = classes.get(traits);
    if (before != null && before == now) {
      before.changed(node);
      return;
    }
    remove(node);
    if (now == null) {
      now = new NodeClass(traits);
      classes.put(traits, now);
      version++;
    }
    now.add(node);
  }

  /** Takes a node out, if it is in. */
  void remove(NodeBooks node) {
    NodeClass before = node.nodeClass();
    if (before != null) {
      before.remove(node);
      if (before.nodes().size() == 0) {
        classes.remove(before.traits());
        version++;
      }
    }
  }
}
