// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

class LocalNetworkTckTest extends TransportTck {
  private final LocalNetwork network = new LocalNetwork(environment);

  @Override
  protected Transport server() {
    return network;
  }

  @Override
  protected Transport client(PeerIdentity self) {
    return network;
  }

  @Override
  protected String address() {
    return "m1:2377";
  }
}
