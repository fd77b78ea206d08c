// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Transport;
import io.jswarm.transport.TransportTck;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

class GrpcTransportTckTest extends TransportTck {
  private final GrpcWorld world = new GrpcWorld();
  private final Map<PeerIdentity, Transport> clients = new HashMap<>();

  @AfterEach
  void close() throws Exception {
    world.close();
  }

  @Override
  protected Transport server() {
    return world.server;
  }

  @Override
  protected Transport client(PeerIdentity self) {
    return clients.computeIfAbsent(
        self,
        peer ->
            world.transport(
                world.credentials(
                    peer.isAnonymous() ? null : world.issue(peer.role(), peer.nodeId()))));
  }

  @Override
  protected String address() {
    return world.address();
  }
}
