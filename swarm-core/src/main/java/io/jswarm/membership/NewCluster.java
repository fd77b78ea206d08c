// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.model.Cluster.RootCa;
import io.jswarm.model.ClusterSpec;
import io.jswarm.security.RootAuthority;
import java.util.Objects;

/**
 * How a cluster begins.
 *
 * @param id its id; empty = a new one
 * @param spec settings
 * @param rootCa its certificate authority; {@link RootCa#NONE} within one process
 */
public record NewCluster(String id, ClusterSpec spec, RootCa rootCa) {
  /** Checks that nothing is missing. */
  public NewCluster {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(rootCa, "rootCa");
  }

  /** A cluster of that authority, with new join tokens. */
  public static NewCluster of(String id, ClusterSpec spec, RootAuthority authority) {
    return new NewCluster(id, spec, Authorities.rootCa(authority, spec.ca().forceRotate()));
  }

  /** A cluster without an authority, whose nodes share a process. */
  public static NewCluster local(ClusterSpec spec) {
    return new NewCluster("", spec, RootCa.NONE);
  }
}
