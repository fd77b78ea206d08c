// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.model.Cluster;
import io.jswarm.model.Cluster.RootCa;
import io.jswarm.model.NodeRole;
import io.jswarm.security.JoinToken;
import io.jswarm.security.RootAuthority;

/** Replaces the tokens with which nodes join. Stateless. */
public final class JoinTokens {
  private JoinTokens() {}

  /** The cluster with another token for a role, of the same root. */
  public static Cluster rotated(Cluster cluster, NodeRole role) {
    RootCa ca = cluster.rootCa();
    String token =
        JoinToken.generate(RootAuthority.of(ca.caCert(), ca.caKey()).certificate()).text();
    Cluster.JoinTokens before = ca.joinTokens();
    Cluster.JoinTokens tokens =
        role == NodeRole.MANAGER
            ? new Cluster.JoinTokens(before.worker(), token)
            : new Cluster.JoinTokens(token, before.manager());
    return cluster.withRootCa(
        new RootCa(
            ca.caKey(),
            ca.caCert(),
            ca.caCertHash(),
            tokens,
            ca.rotation(),
            ca.lastForcedRotation()));
  }
}
