// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import com.google.common.net.HostAndPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** How addresses are written. Stateless. */
final class Addresses {
  private Addresses() {}

  /** The IP address as text, without port and zone; empty if there is none. */
  static String host(@Nullable InetSocketAddress address) {
    InetAddress ip = address == null ? null : address.getAddress();
    if (ip == null) {
      return "";
    }
    String text = ip.getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }

  /** {@code host:port} as people write it. */
  static String text(InetSocketAddress address) {
    return HostAndPort.fromParts(address.getHostString(), address.getPort()).toString();
  }

  /**
   * Checks that the address has a port.
   *
   * @throws IllegalArgumentException if it has none
   */
  static HostAndPort parse(String address) {
    HostAndPort parsed = HostAndPort.fromString(address);
    if (!parsed.hasPort() || parsed.getHost().isEmpty()) {
      throw new IllegalArgumentException(address + " is not of the form host:port");
    }
    return parsed;
  }
}
