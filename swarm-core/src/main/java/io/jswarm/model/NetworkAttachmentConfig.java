// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * A wish to be on a network.
 *
 * @param target id or name of the network
 * @param aliases further names of the task there
 * @param addresses requested addresses; empty = any
 */
public record NetworkAttachmentConfig(
    String target, List<String> aliases, List<String> addresses, Map<String, String> driverOpts) {
  public NetworkAttachmentConfig {
    requireNonNull(target, "target");
    aliases = List.copyOf(aliases);
    addresses = List.copyOf(addresses);
    driverOpts = SortedValues.copyOf(driverOpts);
  }

  /** Attaches to the given network without further wishes. */
  public static NetworkAttachmentConfig to(String target) {
    return new NetworkAttachmentConfig(target, List.of(), List.of(), Map.of());
  }
}
