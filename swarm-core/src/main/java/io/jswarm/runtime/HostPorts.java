// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.TaskRuntimeException;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.PublishMode;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ports of this machine that tasks were promised. One for the whole JVM, as all nodes in it
 * share the machine's ports, and between the choice of a port and the task's own bind nothing else
 * holds it. Thread-safe.
 */
final class HostPorts {
  /** The one of this machine. */
  static final HostPorts MACHINE = new HostPorts();

  private static final int ATTEMPTS = 100;

  /** {@code 8080/tcp} → task id. */
  private final Map<String, String> owners = new TreeMap<>();

  private HostPorts() {}

  /** {@code 8080/tcp}. */
  static String text(PortConfig port) {
    return port.publishedPort() + "/" + port.protocol().name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reserves the host ports among {@code wanted}, all or none.
   *
   * @return the host ports with real numbers
   * @throws TaskRuntimeException when one is in use
   */
  synchronized List<PortConfig> reserve(String taskId, List<PortConfig> wanted) {
    List<PortConfig> reserved = new ArrayList<>();
    try {
      for (PortConfig port : wanted) {
        if (port.publishMode() == PublishMode.HOST) {
          PortConfig real = port.publishedPort() == 0 ? choose(port) : check(port);
          owners.put(text(real), taskId);
          reserved.add(real);
        }
      }
    } catch (TaskRuntimeException e) {
      release(taskId, reserved);
      throw e;
    }
    return reserved;
  }

  /** Takes over what a task got from an earlier agent. */
  synchronized void adopt(String taskId, List<PortConfig> ports) {
    ports.forEach(port -> owners.put(text(port), taskId));
  }

  synchronized void release(String taskId, List<PortConfig> ports) {
    ports.forEach(port -> owners.remove(text(port), taskId));
  }

  private PortConfig check(PortConfig port) {
    try {
      if (!owners.containsKey(text(port))) {
        probe(port);
        return port;
      }
    } catch (BindException e) {
      throw inUse(port, e);
    } catch (IOException e) {
      throw new TaskRuntimeException(
          "cannot publish port " + text(port) + " on this node: " + e.getMessage(), false, e);
    }
    throw inUse(port, null);
  }

  private static TaskRuntimeException inUse(PortConfig port, @Nullable Throwable cause) {
    return new TaskRuntimeException("port " + text(port) + " is in use on this node", false, cause);
  }

  private PortConfig choose(PortConfig port) {
    try {
      for (int i = 0; i < ATTEMPTS; i++) {
        PortConfig candidate = port.withPublishedPort(probe(port));
        if (!owners.containsKey(text(candidate))) {
          return candidate;
        }
      }
      throw new TaskRuntimeException("no free port found on this node", true);
    } catch (IOException e) {
      throw new TaskRuntimeException("no free port on this node: " + e.getMessage(), true, e);
    }
  }

  /** Binds for a moment; returns the number, which the system chooses for 0. */
  private static int probe(PortConfig port) throws IOException {
    if (port.protocol() == Protocol.UDP) {
      try (DatagramSocket socket = new DatagramSocket(port.publishedPort())) {
        return socket.getLocalPort();
      }
    }
    // A listener that went away leaves connections behind, which must not make the port look used.
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port.publishedPort()));
      return socket.getLocalPort();
    }
  }
}
