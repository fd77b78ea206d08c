// SPDX-License-Identifier: Apache-2.0
package io.jswarm.allocation;

import io.jswarm.model.Protocol;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which ingress port, per protocol (S6.3). Ports nobody named are handed out one after the
 * other, so that one just released is not used again at once.
 */
final class PortPool {
  static final int DYNAMIC_FIRST = 30_000;
  static final int DYNAMIC_LAST = 32_767;

  private final Map<Protocol, Map<Integer, String>> owners = new EnumMap<>(Protocol.class);
  private final Map<Protocol, Integer> lastGiven = new EnumMap<>(Protocol.class);

  /** The service that owns a port, or null. */
  @Nullable String owner(Protocol protocol, int port) {
    return ports(protocol).get(port);
  }

  /** Makes {@code serviceId} the owner of a port that is free or its own. */
  void claim(Protocol protocol, int port, String serviceId) {
    String owner = ports(protocol).putIfAbsent(port, serviceId);
    if (owner != null && !owner.equals(serviceId)) {
      throw new IllegalStateException(
          "port " + port + "/" + protocol + " belongs to service " + owner);
    }
  }

  /** Gives a port back. */
  void release(Protocol protocol, int port, String serviceId) {
    ports(protocol).remove(port, serviceId);
  }

  /** Notes that a dynamic port was handed out before this pool existed; the next comes after it. */
  void resumeAfter(Protocol protocol, int port) {
    if (port >= DYNAMIC_FIRST && port <= DYNAMIC_LAST) {
      lastGiven.merge(protocol, port, Math::max);
    }
  }

  /**
   * Claims the next free dynamic port.
   *
   * @return 0 when all are taken
   */
  int claimNext(Protocol protocol, String serviceId) {
    int count = DYNAMIC_LAST - DYNAMIC_FIRST + 1;
    int last = lastGiven.getOrDefault(protocol, DYNAMIC_LAST);
    for (int i = 1; i <= count; i++) {
      int port = DYNAMIC_FIRST + (last - DYNAMIC_FIRST + i) % count;
      if (ports(protocol).putIfAbsent(port, serviceId) == null) {
        lastGiven.put(protocol, port);
        return port;
      }
    }
    return 0;
  }

  void clear() {
    owners.clear();
    lastGiven.clear();
  }

  private Map<Integer, String> ports(Protocol protocol) {
    return owners.computeIfAbsent(protocol, p -> new HashMap<>());
  }
}
