// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import com.google.common.net.HostAndPort;
import io.jswarm.FailedPreconditionException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** Where a node listens. */
record HostPort(String host, int port) {
  /** Where managers are reached unless somebody says otherwise. */
  static final int DEFAULT_PORT = 2377;

  /** Reads {@code host} or {@code host:port}. */
  static HostPort parse(String text) {
    HostAndPort parsed = HostAndPort.fromString(text).withDefaultPort(DEFAULT_PORT);
    return new HostPort(parsed.getHost(), parsed.getPort());
  }

  /** This machine's only address, for a first manager that was not told any. */
  static HostPort ofMachine() {
    List<String> found = addresses();
    if (found.size() > 1) {
      throw new FailedPreconditionException(
          "this machine has several addresses ("
              + String.join(", ", found)
              + "); choose one with"
              + " --listen");
    }
    return new HostPort(found.isEmpty() ? "127.0.0.1" : found.get(0), DEFAULT_PORT);
  }

  private static List<String> addresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
          .map(InetAddress::getHostAddress)
          .sorted()
          .toList();
    } catch (SocketException e) {
      return List.of();
    }
  }

  @Override
  public String toString() {
    return HostAndPort.fromParts(host, port).toString();
  }
}
