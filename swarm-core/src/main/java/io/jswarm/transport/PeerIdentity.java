// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import io.jswarm.model.NodeRole;
import java.util.Objects;

/**
 * Who is at an end of a channel, as the transport vouches for it: with TLS, from its certificate.
 */
public record PeerIdentity(String nodeId, NodeRole role) {
  public PeerIdentity {
    Objects.requireNonNull(nodeId, "nodeId");
    Objects.requireNonNull(role, "role");
  }
}
