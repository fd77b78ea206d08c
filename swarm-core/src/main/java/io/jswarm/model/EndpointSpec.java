// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** How a service is reached. */
public record EndpointSpec(EndpointMode mode, List<PortConfig> ports) {
  public EndpointSpec {
    requireNonNull(mode, "mode");
    ports = List.copyOf(ports);
  }

  /** A virtual address and no published ports. */
  public static final EndpointSpec DEFAULT = new EndpointSpec(EndpointMode.VIP, List.of());
}
