// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.MEMBERSHIP;
import static io.jswarm.api.Filter.Key.NAME;
import static io.jswarm.api.Filter.Key.NODE_LABEL;
import static io.jswarm.api.Filter.Key.ROLE;

import io.jswarm.FailedPreconditionException;
import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.UnimplementedException;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.SpecValidation;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.Tx;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Nodes over the local store (S12.4). */
final class LocalNodes implements Swarm.Nodes {
  private final Calls calls;

  LocalNodes(Calls calls) {
    this.calls = calls;
  }

  @Override
  public Reply<List<Node>> list(Filter filter) {
    return calls.read(
        view -> {
          filter.requireOnly("nodes", Set.of(ID, NAME, LABEL, NODE_LABEL, ROLE, MEMBERSHIP));
          return Lookup.NODES.all(view, node -> matches(filter, node));
        });
  }

  private static boolean matches(Filter filter, Node node) {
    return filter.prefix(ID, node.id())
        && filter.prefix(NAME, node.description().hostname())
        && filter.labels(LABEL, node.description().engine().labels())
        && filter.labels(NODE_LABEL, node.spec().labels())
        && filter.equal(ROLE, node.role().name())
        && filter.equal(MEMBERSHIP, node.spec().membership().name());
  }

  @Override
  public Reply<Node> inspect(String idOrName) {
    return calls.read(view -> Lookup.NODES.one(view, idOrName));
  }

  @Override
  public Reply<Node> update(String idOrName, long version, NodeSpec spec) {
    return calls.checked(
        () -> SpecValidation.require(spec),
        tx -> {
          Node node = Lookup.NODES.one(tx, idOrName);
          return update(tx, node.withMeta(node.meta().withVersion(version)), spec);
        });
  }

  private static Node update(Tx tx, Node node, NodeSpec spec) {
    requireSameRole(tx, node, spec);
    return tx.update(node.withSpec(spec));
  }

  private static void requireSameRole(Tx tx, Node node, NodeSpec spec) {
    if (spec.desiredRole() == node.spec().desiredRole()) {
      return;
    }
    if (spec.desiredRole() == NodeRole.WORKER && managers(tx) == 1) {
      throw new FailedPreconditionException(
          "node "
              + node.name()
              + " ("
              + node.id()
              + ") is the last manager; promote another one first");
    }
    throw new UnimplementedException(
        "node "
            + node.name()
            + ": roles cannot be changed while the cluster has a single manager's log");
  }

  private static int managers(Tx tx) {
    int managers = 0;
    for (Node node : tx.nodes()) {
      managers += node.role() == NodeRole.MANAGER ? 1 : 0;
    }
    return managers;
  }

  @Override
  public Reply<Node> update(String idOrName, UnaryOperator<NodeSpec> change) {
    return calls.write(
        tx -> {
          Node node = Lookup.NODES.one(tx, idOrName);
          NodeSpec spec = change.apply(node.spec());
          SpecValidation.require(spec);
          return update(tx, node, spec);
        });
  }

  @Override
  public Reply<Node> drain(String idOrName) {
    return availability(idOrName, NodeAvailability.DRAIN);
  }

  @Override
  public Reply<Node> pause(String idOrName) {
    return availability(idOrName, NodeAvailability.PAUSE);
  }

  @Override
  public Reply<Node> activate(String idOrName) {
    return availability(idOrName, NodeAvailability.ACTIVE);
  }

  private Reply<Node> availability(String idOrName, NodeAvailability availability) {
    return update(idOrName, spec -> spec.toBuilder().availability(availability).build());
  }

  @Override
  public Reply<Node> remove(String idOrName, boolean force) {
    return calls.write(
        tx -> {
          Node node = Lookup.NODES.one(tx, idOrName);
          requireRemovable(node, force);
          for (Task task : tx.tasksOfNode(node.id())) {
            if (!task.state().isTerminal()) {
              tx.update(task.withStatus(orphaned(tx, task, node)));
            }
          }
          tx.delete(node);
          return node;
        });
  }

  private static void requireRemovable(Node node, boolean force) {
    if (node.role() == NodeRole.MANAGER) {
      throw new FailedPreconditionException(
          "node "
              + node.name()
              + " ("
              + node.id()
              + ") is a manager; demote it before you remove it");
    }
    if (node.status().state() == NodeState.READY && !force) {
      throw new FailedPreconditionException(
          "node "
              + node.name()
              + " ("
              + node.id()
              + ") is up; stop it first, or remove it with force");
    }
  }

  private static TaskStatus orphaned(Tx tx, Task task, Node node) {
    return task.status()
        .advance(TaskState.ORPHANED, tx.now(), "node " + node.name() + " was deleted");
  }
}
