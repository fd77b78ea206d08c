// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.AlreadyExistsException;
import io.jswarm.loop.IdGenerator;
import io.jswarm.model.Cluster;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeSpec;
import io.jswarm.store.Tx;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What initialising a cluster and joining it write to the store. Bodies of transactions; the
 * control loop runs them.
 */
public final class Membership {
  private final IdGenerator ids;

  /** Takes ids of new objects from {@code ids}. */
  public Membership(IdGenerator ids) {
    this.ids = ids;
  }

  /** Makes the cluster object and the ingress network, unless they are there. */
  public Cluster initialise(Tx tx, NewCluster cluster) {
    return tx.cluster()
        .orElseGet(
            () -> {
              tx.create(
                  Network.of(ids.next(), NetworkSpec.builder("ingress").ingress(true).build()));
              String id = cluster.id().isEmpty() ? ids.next() : cluster.id();
              return tx.create(Cluster.of(id, cluster.spec()).withRootCa(cluster.rootCa()));
            });
  }

  /**
   * Makes a node part of the cluster. A node that comes back under its id keeps what the cluster
   * knows of it: its labels and availability are then the stored ones, not {@code spec}'s.
   *
   * @param id the node's own, from an earlier start or newly drawn
   * @param status of a manager that has nobody to agree with; what others are is seen in the log
   */
  public Node join(Tx tx, String id, NodeSpec spec, @Nullable ManagerStatus status) {
    Node known = tx.node(id).orElse(null);
    if (known == null) {
      return tx.create(Node.of(id, spec).withManagerStatus(status));
    }
    if (known.role() != spec.desiredRole()) {
      throw new AlreadyExistsException(
          "node "
              + known.name()
              + " ("
              + id
              + ") is part of the cluster as a "
              + known.role().name().toLowerCase(Locale.ROOT)
              + "; start it in that role, or remove it and use an empty data directory");
    }
    return known;
  }
}
