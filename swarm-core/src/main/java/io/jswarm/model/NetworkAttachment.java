// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * A place on a network, given by the allocator.
 *
 * @param addresses with prefix length; empty on node-local networks
 */
public record NetworkAttachment(
    String networkId,
    String networkName,
    List<String> addresses,
    List<String> aliases,
    Map<String, String> driverOpts) {
  public NetworkAttachment {
    requireNonNull(networkId, "networkId");
    requireNonNull(networkName, "networkName");
    addresses = List.copyOf(addresses);
    aliases = List.copyOf(aliases);
    driverOpts = SortedValues.copyOf(driverOpts);
  }
}
