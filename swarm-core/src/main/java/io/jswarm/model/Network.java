// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A network and what was allocated for it (S1.2).
 *
 * @param driverState what the driver wants remembered; null before allocation
 * @param ipam resolved subnets; null before allocation
 * @param pendingDelete being taken down
 */
public record Network(
    String id,
    Meta meta,
    NetworkSpec spec,
    @Nullable Driver driverState,
    @Nullable IpamOptions ipam,
    boolean pendingDelete)
    implements StoreObject {
  public Network {
    requireNonNull(id, "id");
    requireNonNull(meta, "meta");
    requireNonNull(spec, "spec");
  }

  /** A network that was never stored. */
  public static Network of(String id, NetworkSpec spec) {
    return new Network(id, Meta.NONE, spec, null, null, false);
  }

  @Override
  public Kind kind() {
    return Kind.NETWORK;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Network withMeta(Meta meta) {
    return new Network(id, meta, spec, driverState, ipam, pendingDelete);
  }

  /** Whether the allocator is done with it. */
  public boolean isAllocated() {
    return ipam != null;
  }

  /** The same network with what was allocated for it. */
  public Network withAllocation(@Nullable Driver driverState, @Nullable IpamOptions ipam) {
    return new Network(id, meta, spec, driverState, ipam, pendingDelete);
  }
}
