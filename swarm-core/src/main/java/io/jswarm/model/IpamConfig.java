// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * One subnet.
 *
 * @param subnet CIDR, required
 * @param range CIDR inside the subnet that addresses are taken from; empty = all of it
 * @param gateway address inside the subnet; empty = chosen
 * @param reserved names of addresses not to be given out
 */
public record IpamConfig(
    Family family, String subnet, String range, String gateway, Map<String, String> reserved) {
  public IpamConfig {
    requireNonNull(family, "family");
    requireNonNull(subnet, "subnet");
    requireNonNull(range, "range");
    requireNonNull(gateway, "gateway");
    reserved = SortedValues.copyOf(reserved);
  }

  /** Address family. */
  public enum Family {
    UNKNOWN,
    IPV4,
    IPV6
  }

  /** A subnet with everything else chosen. */
  public static IpamConfig subnet(String cidr) {
    return new IpamConfig(Family.UNKNOWN, cidr, "", "", Map.of());
  }

  /** The same with another gateway. */
  public IpamConfig withGateway(String gateway) {
    return new IpamConfig(family, subnet, range, gateway, reserved);
  }

  /** The same with another range. */
  public IpamConfig withRange(String range) {
    return new IpamConfig(family, subnet, range, gateway, reserved);
  }
}
