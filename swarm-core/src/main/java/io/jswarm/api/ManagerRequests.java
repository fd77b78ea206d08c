// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.PermissionDeniedException;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.transport.PeerIdentity;
import java.util.concurrent.CompletionStage;

/** What managers ask of their leader that is more than a transaction. */
final class ManagerRequests {
  private ManagerRequests() {}

  /** Tells a version of the store that covers everything acknowledged before. */
  record Barrier() implements ControlRequest<Long> {
    @Override
    public CompletionStage<Long> execute(Leader leader) {
      return leader.control().barrier();
    }

    @Override
    public boolean isIdempotent() {
      return true;
    }
  }

  /**
   * Makes a node a manager that votes. In a cluster with a certificate authority the node is there
   * already, and its role is the cluster's to give; without one it is made part of the cluster.
   */
  record Add(ManagerGroup.Manager manager, NodeSpec spec) implements ControlRequest<Node> {
    /** Nobody takes part in another's name. */
    @Override
    public void checkPeer(PeerIdentity peer) {
      if (!peer.nodeId().equals(manager.nodeId())) {
        throw new PermissionDeniedException(
            "node "
                + peer.nodeId()
                + " may not ask for node "
                + manager.nodeId()
                + " to take part");
      }
    }

    @Override
    public CompletionStage<Node> execute(Leader leader) {
      NodeWrites.Join join = new NodeWrites.Join(manager.nodeId(), spec, null, null);
      return join.execute(leader)
          .thenCompose(
              node -> {
                requireManager(node);
                return leader.managers().admit(manager).thenApply(admitted -> node);
              });
    }

    /** What the request says of its role does not count. */
    private static void requireManager(Node node) {
      if (node.role() != NodeRole.MANAGER || node.spec().desiredRole() != NodeRole.MANAGER) {
        throw new PermissionDeniedException(
            "node "
                + node.name()
                + " ("
                + node.id()
                + ") is not to be a manager; promote it, or let it join with a manager's token");
      }
    }

    @Override
    public boolean isIdempotent() {
      return true;
    }
  }
}
