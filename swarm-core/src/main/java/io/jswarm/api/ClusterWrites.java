// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.FailedPreconditionException;
import io.jswarm.membership.JoinTokens;
import io.jswarm.membership.ManagerKeys;
import io.jswarm.membership.RootRotator;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.model.SpecValidation;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;

/** What can be done to the cluster object. */
final class ClusterWrites {
  private ClusterWrites() {}

  record Update(long version, ClusterSpec spec) implements StoreWrite<Cluster> {
    @Override
    public void check() {
      SpecValidation.require(spec);
    }

    @Override
    public Cluster apply(Tx tx, Leader leader) {
      Cluster cluster = cluster(tx);
      Cluster updated = cluster.withSpec(spec).withMeta(cluster.meta().withVersion(version));
      RootRotator.check(updated, tx);
      return tx.update(ManagerKeys.asWanted(updated)).redacted();
    }
  }

  /** Replaces the key that managers are locked with, if they are. */
  record RotateUnlockKey() implements StoreWrite<Cluster> {
    @Override
    public Cluster apply(Tx tx, Leader leader) {
      return tx.update(ManagerKeys.rotated(cluster(tx))).redacted();
    }
  }

  /** Asks for another root of the cluster's own making (S11.5). */
  record RotateRoot() implements StoreWrite<Cluster> {
    @Override
    public Cluster apply(Tx tx, Leader leader) {
      Cluster cluster = cluster(tx);
      joinToken(cluster, NodeRole.WORKER); // there is an authority
      ClusterSpec.CaConfig ca = cluster.spec().ca();
      ClusterSpec.CaConfig forced =
          new ClusterSpec.CaConfig(
              ca.nodeCertExpiry(),
              ca.externalCas(),
              Payload.EMPTY,
              Payload.EMPTY,
              cluster.rootCa().lastForcedRotation() + 1);
      return tx.update(cluster.withSpec(cluster.spec().toBuilder().ca(forced).build())).redacted();
    }
  }

  /** Replaces the secret of one token; twice is not once, but does no harm either. */
  record RotateJoinToken(NodeRole role) implements StoreWrite<Cluster> {
    @Override
    public Cluster apply(Tx tx, Leader leader) {
      Cluster cluster = cluster(tx);
      joinToken(cluster, role);
      return tx.update(JoinTokens.rotated(cluster, role)).redacted();
    }

    @Override
    public boolean isIdempotent() {
      return true;
    }
  }

  static String joinToken(Cluster cluster, NodeRole role) {
    Cluster.JoinTokens tokens = cluster.rootCa().joinTokens();
    String token = role == NodeRole.MANAGER ? tokens.manager() : tokens.worker();
    if (token.isEmpty()) {
      throw new FailedPreconditionException(
          "the nodes of this cluster share a process and join without a token; start its first"
              + " manager with listen(…) for nodes on other machines");
    }
    return token;
  }

  static Cluster cluster(ReadView view) {
    return view.cluster()
        .orElseThrow(
            () -> new FailedPreconditionException("the cluster has not been initialised yet"));
  }
}
