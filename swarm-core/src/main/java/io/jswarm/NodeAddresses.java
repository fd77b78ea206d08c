// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.jswarm.transport.grpc.GrpcTransport;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a node listens, where others reach it, and where managers are; remembered in its data
 * directory, since an address is part of what other managers know it by. Any thread.
 */
final class NodeAddresses {
  /** Where managers are reached unless somebody says otherwise (S9). */
  static final int PORT = 2377;

  private static final String LISTEN = "listen-address";
  private static final String MANAGERS = "managers";

  /** What is kept in the data directory. */
  static final List<String> FILES = List.of(LISTEN, MANAGERS);

  private final NodeDirectory directory;
  private final @Nullable HostAndPort wanted;
  private final @Nullable HostAndPort advertise;
  private List<String> managers;
  private @Nullable InetSocketAddress bound;

  /**
   * A node's.
   *
   * @param listen where to; null = at the address from which managers are reached, port 2377 or one
   *     that is free
   * @param advertise what to tell others; without a port, that of {@code listen}; null = the same
   * @param join where managers are, to begin with
   */
  NodeAddresses(
      NodeDirectory directory,
      @Nullable HostAndPort listen,
      @Nullable HostAndPort advertise,
      List<String> join) {
    this.directory = directory;
    this.wanted = listen;
    this.advertise = advertise;
    List<String> remembered = read(MANAGERS);
    this.managers = remembered.isEmpty() ? List.copyOf(join) : remembered;
    if (listen != null) {
      requireReachable(new InetSocketAddress(listen.getHost(), 0).getAddress());
    }
    if (advertise != null && InetAddresses.isInetAddress(advertise.getHost())) {
      requireSpecific(InetAddresses.forString(advertise.getHost()));
    }
  }

  /** Others have to be told one address (CIS 7.3). */
  private void requireReachable(@Nullable InetAddress listen) {
    if (advertise == null && listen != null) {
      requireSpecific(listen);
    }
  }

  private static void requireSpecific(InetAddress address) {
    if (address.isAnyLocalAddress()) {
      throw new FailedPreconditionException(
          "a node that listens at all addresses of its machine has to say which one others are to"
              + " use; call advertise(…)");
    }
  }

  /** Reads {@code host} or {@code host:port}. */
  static HostAndPort parse(String what, String address) {
    try {
      return HostAndPort.fromString(address.strip()).withDefaultPort(PORT);
    } catch (IllegalArgumentException e) {
      throw new InvalidSpecException(what, "address", "'" + address + "' is not host:port");
    }
  }

  synchronized List<String> managers() {
    return managers;
  }

  synchronized void saveManagers(List<String> addresses) {
    managers = List.copyOf(addresses);
    write(MANAGERS, addresses);
  }

  /** What others are told. */
  synchronized String advertised() {
    InetSocketAddress at = bound;
    if (at == null) {
      throw new IllegalStateException("the node does not listen");
    }
    String host = advertise == null ? at.getAddress().getHostAddress() : advertise.getHost();
    int port = advertise == null ? at.getPort() : advertise.getPortOrDefault(at.getPort());
    return HostAndPort.fromParts(host, port == 0 ? at.getPort() : port).toString();
  }

  /** Listens, unless it does already; at the same address as the time before. */
  synchronized void bind(GrpcTransport transport) {
    List<String> before = read(LISTEN);
    HostAndPort last = before.isEmpty() ? null : HostAndPort.fromString(before.get(0));
    if (wanted != null) {
      int port = wanted.getPort() == 0 && last != null ? last.getPort() : wanted.getPort();
      bound = transport.bind(wanted.getHost(), port);
    } else if (last != null) {
      requireReachable(new InetSocketAddress(last.getHost(), 0).getAddress());
      bound = transport.bind(last.getHost(), last.getPort());
    } else {
      bound = bindAnywhere(transport, hostTowards(managers));
    }
    write(
        LISTEN,
        List.of(
            HostAndPort.fromParts(
                    wanted == null ? bound.getAddress().getHostAddress() : wanted.getHost(),
                    bound.getPort())
                .toString()));
  }

  private static InetSocketAddress bindAnywhere(GrpcTransport transport, String host) {
    try {
      return transport.bind(host, PORT);
    } catch (FailedPreconditionException e) {
      return transport.bind(host, 0); // several nodes share a machine
    }
  }

  /** This machine's address on the way to a manager; nothing is sent. */
  private static String hostTowards(List<String> managers) {
    for (String manager : managers) {
      HostAndPort address = HostAndPort.fromString(manager);
      try (DatagramSocket probe = new DatagramSocket()) {
        probe.connect(InetAddress.getByName(address.getHost()), address.getPortOrDefault(PORT));
        return probe.getLocalAddress().getHostAddress();
      } catch (SocketException | java.net.UnknownHostException e) {
        // The next one will do.
      }
    }
    throw new FailedPreconditionException(
        "it is not clear where this node is to listen; call listen(…)");
  }

  private List<String> read(String name) {
    Path file = directory.path(name);
    try {
      return Files.exists(file)
          ? Files.readAllLines(file, StandardCharsets.UTF_8).stream()
              .filter(line -> !line.isBlank())
              .toList()
          : List.of();
    } catch (IOException e) {
      throw new FailedPreconditionException(file + " cannot be read: " + e, e);
    }
  }

  private void write(String name, List<String> lines) {
    Path file = directory.path(name);
    try {
      Path beside = Files.write(directory.path(name + ".new"), lines, StandardCharsets.UTF_8);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new FailedPreconditionException(file + " cannot be written: " + e, e);
    }
  }
}
