// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Node;
import io.jswarm.model.NodeState;
import io.jswarm.model.NodeStatus;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Writes registrations into the store, and answers each once it is durable (S9.1). */
final class Registrations {
  private final Consumer<NodeSession> onConfirmed;
  private final Set<NodeSession> arrived = new LinkedHashSet<>();
  private final Set<NodeSession> decided = new LinkedHashSet<>();

  /**
   * @param onConfirmed told of each session whose registration was answered
   */
  Registrations(Consumer<NodeSession> onConfirmed) {
    this.onConfirmed = onConfirmed;
  }

  /** The session has a registration pending. */
  void add(NodeSession session) {
    decided.remove(session);
    arrived.add(session);
  }

  /** The session is gone. */
  void remove(NodeSession session) {
    arrived.remove(session);
    decided.remove(session);
  }

  void clear() {
    arrived.clear();
    decided.clear();
  }

  void reconcile(Tx tx, ReadView durable) {
    if (!arrived.isEmpty()) {
      arrived.forEach(session -> write(session, tx));
      arrived.clear();
      confirm(durable);
    }
  }

  private void write(NodeSession session, Tx tx) {
    NodeSession.Pending pending = session.pending();
    Optional<Node> node = tx.node(session.nodeId());
    if (pending == null || node.isEmpty()) {
      return; // removed in this very turn; the session ends when that is durable
    }
    NodeStatus status = new NodeStatus(NodeState.READY, "", pending.address());
    if (!node.get().status().equals(status)
        || !node.get().description().equals(pending.description())) {
      tx.update(node.get().withStatus(status).withDescription(pending.description()));
    }
    decided.add(session);
  }

  /** Answers what has become durable. */
  void confirm(ReadView durable) {
    if (!decided.isEmpty()) {
      decided.removeIf(session -> confirm(session, durable));
    }
  }

  private boolean confirm(NodeSession session, ReadView durable) {
    NodeSession.Pending pending = session.pending();
    Node node = durable.node(session.nodeId()).orElse(null);
    if (pending == null
        || node == null
        || node.status().state() != NodeState.READY
        || !node.status().addr().equals(pending.address())
        || !node.description().equals(pending.description())) {
      return false;
    }
    session.pending(null);
    session.send(
        new ManagerMessage.Registered(
            session.id(), pending.attempt(), session.period(), node, ManagerAddresses.of(durable)));
    durable
        .cluster()
        .map(cluster -> cluster.rootCa().trusted())
        .filter(roots -> !roots.isEmpty())
        .ifPresent(roots -> session.send(new ManagerMessage.RootsChanged(session.id(), roots)));
    onConfirmed.accept(session);
    return true;
  }
}
