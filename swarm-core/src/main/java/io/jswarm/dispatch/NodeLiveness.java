// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.Node;
import io.jswarm.model.NodeState;
import io.jswarm.model.NodeStatus;
import io.jswarm.model.Task;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which nodes count as alive: writes UNKNOWN and DOWN, and orphans what was on them (S2.3). */
final class NodeLiveness {
  static final Duration ORPHAN_AFTER = Duration.ofHours(24);

  private final EventLoop loop;
  private final String leader;
  private final Map<String, EventLoop.Timer> deadlines = new TreeMap<>();
  private final Map<String, EventLoop.Timer> orphanTimers = new TreeMap<>();
  private final Map<String, String> failed = new LinkedHashMap<>();
  private final Set<String> orphaned = new LinkedHashSet<>();

  NodeLiveness(EventLoop loop, String leader) {
    this.loop = loop;
    this.leader = leader;
  }

  /** A new leader knows nothing: every node that is not DOWN has {@code patience} to register. */
  void start(Tx tx, Duration patience) {
    for (Node node : tx.nodes()) {
      String id = node.id();
      if (node.status().state() == NodeState.DOWN) {
        armOrphanTimer(id);
      } else {
        write(tx, node, NodeState.UNKNOWN, "leadership changed, the node has to register anew");
        deadlines.put(
            id,
            loop.schedule(
                patience, () -> fail(id, "did not register after a change of leadership")));
      }
    }
  }

  /** The node registers: whatever would have made it DOWN is off. */
  void registering(String nodeId) {
    cancel(deadlines, nodeId);
    failed.remove(nodeId);
  }

  /** The node is to be DOWN. */
  void fail(String nodeId, String why) {
    cancel(deadlines, nodeId);
    failed.put(nodeId, why);
  }

  void onNodeEvent(StoreEvent event) {
    Node node = (Node) event.object();
    if (event instanceof StoreEvent.Deleted) {
      registering(node.id());
      cancel(orphanTimers, node.id());
    } else if (node.status().state() != NodeState.DOWN) {
      cancel(orphanTimers, node.id());
    } else if (!orphanTimers.containsKey(node.id())) {
      armOrphanTimer(node.id());
    }
  }

  void reconcile(Tx tx) {
    if (!failed.isEmpty()) {
      failed.forEach(
          (id, why) -> tx.node(id).ifPresent(node -> write(tx, node, NodeState.DOWN, why)));
      failed.clear();
    }
    if (!orphaned.isEmpty()) {
      for (String id : orphaned) {
        String why = "node was down for " + ORPHAN_AFTER.toHours() + " hours";
        for (Task task : OrphanedTasks.of(tx.tasksOfNode(id), why, leader, tx.now())) {
          tx.update(task);
        }
      }
      orphaned.clear();
    }
  }

  void clear() {
    for (Map<String, EventLoop.Timer> timers : List.of(deadlines, orphanTimers)) {
      new ArrayList<>(timers.values()).forEach(EventLoop.Timer::cancel);
      timers.clear();
    }
    failed.clear();
    orphaned.clear();
  }

  private static void write(Tx tx, Node node, NodeState state, String why) {
    NodeStatus status = new NodeStatus(state, why, node.status().addr());
    if (!status.equals(node.status())) {
      tx.update(node.withStatus(status));
    }
  }

  private void armOrphanTimer(String nodeId) {
    orphanTimers.put(nodeId, loop.schedule(ORPHAN_AFTER, () -> orphaned.add(nodeId)));
  }

  private static void cancel(Map<String, EventLoop.Timer> timers, String nodeId) {
    EventLoop.Timer timer = timers.remove(nodeId);
    if (timer != null) {
      timer.cancel();
    }
  }
}
