// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import io.jswarm.model.NodeRole;
import java.util.Objects;

/**
 * Who is at an end of a channel, as the transport vouches for it: with TLS, from its certificate.
 *
 * @param nodeId empty = somebody who showed no certificate, whatever the role
 */
public record PeerIdentity(String nodeId, NodeRole role) {
  /** Somebody without a certificate. */
  public static final PeerIdentity ANONYMOUS = new PeerIdentity("", NodeRole.WORKER);

  public PeerIdentity {
    Objects.requireNonNull(nodeId, "nodeId");
    Objects.requireNonNull(role, "role");
  }

  /** Whether nobody vouches for this peer. */
  public boolean isAnonymous() {
    return nodeId.isEmpty();
  }
}
