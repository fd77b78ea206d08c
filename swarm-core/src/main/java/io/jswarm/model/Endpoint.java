// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the allocator gave a service.
 *
 * @param spec the spec this was allocated for
 * @param ports as in the spec, with the published numbers filled in
 * @param virtualIps one per network in VIP mode
 */
public record Endpoint(EndpointSpec spec, List<PortConfig> ports, List<VirtualIp> virtualIps) {
  public Endpoint {
    requireNonNull(spec, "spec");
    ports = List.copyOf(ports);
    virtualIps = List.copyOf(virtualIps);
  }

  /** Nothing allocated. */
  public static final Endpoint NONE = new Endpoint(EndpointSpec.DEFAULT, List.of(), List.of());
}
