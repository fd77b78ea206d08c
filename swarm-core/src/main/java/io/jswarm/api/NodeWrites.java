// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.FailedPreconditionException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.membership.Blacklist;
import io.jswarm.membership.NewCluster;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.SpecValidation;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.Tx;
import org.jspecify.annotations.Nullable;

/** What can be done to nodes (S12.4). */
final class NodeWrites {
  private NodeWrites() {}

  /**
   * Makes a node part of the cluster; a node that is keeps what the cluster knows of it.
   *
   * @param status of a manager that has nobody to agree with; null for all others
   * @param cluster how the cluster begins, if this may be its first node
   */
  record Join(
      String nodeId, NodeSpec spec, @Nullable ManagerStatus status, @Nullable NewCluster cluster)
      implements StoreWrite<Node> {
    @Override
    public Node apply(Tx tx, Leader leader) {
      if (cluster != null) {
        leader.membership().initialise(tx, cluster);
      } else if (tx.node(nodeId).isEmpty() && hasAuthority(tx)) {
        throw new PermissionDeniedException(
            "node "
                + nodeId
                + " is not part of the cluster; a node joins with a token and gets its id then");
      }
      return leader.membership().join(tx, nodeId, spec, status);
    }

    @Override
    public boolean isIdempotent() {
      return true;
    }
  }

  private static boolean hasAuthority(Tx tx) {
    return tx.cluster().filter(cluster -> !cluster.rootCa().caCert().isEmpty()).isPresent();
  }

  record Update(String idOrName, long version, NodeSpec spec) implements StoreWrite<Node> {
    @Override
    public void check() {
      SpecValidation.require(spec);
    }

    @Override
    public Node apply(Tx tx, Leader leader) {
      Node node = Lookup.NODES.one(tx, idOrName);
      return update(tx, leader, node.withMeta(node.meta().withVersion(version)), spec);
    }
  }

  /** Sets the desired role, whatever else changes. */
  record SetRole(String idOrName, NodeRole role) implements StoreWrite<Node> {
    @Override
    public Node apply(Tx tx, Leader leader) {
      Node node = Lookup.NODES.one(tx, idOrName);
      NodeSpec spec = node.spec().toBuilder().desiredRole(role).build();
      return spec.equals(node.spec()) ? node : update(tx, leader, node, spec);
    }

    @Override
    public boolean isIdempotent() {
      return true;
    }
  }

  record Remove(String idOrName, boolean force) implements StoreWrite<Node> {
    @Override
    public Node apply(Tx tx, Leader leader) {
      Node node = Lookup.NODES.one(tx, idOrName);
      requireRemovable(node, force);
      for (Task task : tx.tasksOfNode(node.id())) {
        if (!task.state().isTerminal()) {
          tx.update(task.withStatus(orphaned(tx, task, node)));
        }
      }
      tx.delete(node);
      tx.cluster()
          .filter(cluster -> !cluster.rootCa().caCert().isEmpty())
          .ifPresent(cluster -> tx.update(Blacklist.with(cluster, node.id(), tx.now())));
      return node;
    }
  }

  static Node update(Tx tx, Leader leader, Node node, NodeSpec spec) {
    if (spec.desiredRole() != node.spec().desiredRole()) {
      if (spec.desiredRole() == NodeRole.MANAGER) {
        leader.managers().requireSeveral();
      } else {
        leader.managers().requireDemotable(tx, node);
      }
    }
    return tx.update(node.withSpec(spec));
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
