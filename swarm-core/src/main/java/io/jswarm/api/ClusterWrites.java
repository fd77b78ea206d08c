// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.FailedPreconditionException;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
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
      return tx.update(cluster.withSpec(spec).withMeta(cluster.meta().withVersion(version)))
          .redacted();
    }
  }

  static Cluster cluster(ReadView view) {
    return view.cluster()
        .orElseThrow(
            () -> new FailedPreconditionException("the cluster has not been initialised yet"));
  }
}
