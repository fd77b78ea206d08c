// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.model.Cluster;
import io.jswarm.model.Cluster.RootCa;
import io.jswarm.model.Cluster.RootRotation;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.security.JoinToken;
import io.jswarm.security.RootAuthority;
import java.time.Instant;

/** The cluster's certificate authority, as the store has it. Stateless, any thread. */
final class Authorities {
  private Authorities() {}

  /** Certifies a node; while the root is rotated, by the next one (S11.5). */
  static String sign(Cluster cluster, String nodeId, NodeRole role, String csr, Instant now) {
    RootCa ca = cluster.rootCa();
    RootRotation rotation = ca.rotation();
    RootAuthority authority =
        rotation == null
            ? RootAuthority.of(ca.caCert(), ca.caKey())
            : RootAuthority.of(rotation.caCert(), rotation.caKey());
    Payload via = rotation == null ? Payload.EMPTY : rotation.crossSignedCaCert();
    return authority.issue(
        csr, cluster.id(), role, nodeId, cluster.spec().ca().nodeCertExpiry(), via, now);
  }

  /** What a cluster with that root begins with, or goes on with: new tokens, no rotation. */
  static RootCa rootCa(RootAuthority root, long forceRotate) {
    return new RootCa(
        root.keyPem(),
        root.certificatePem(),
        JoinToken.digestOf(root.certificate()),
        JoinToken.pair(root.certificate()),
        null,
        forceRotate);
  }
}
