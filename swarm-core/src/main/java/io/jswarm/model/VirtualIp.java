// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/** An address of a service on a network, with prefix length. */
public record VirtualIp(String networkId, String addr) {
  public VirtualIp {
    requireNonNull(networkId, "networkId");
    requireNonNull(addr, "addr");
  }
}
