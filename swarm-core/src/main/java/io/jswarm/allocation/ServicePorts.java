// SPDX-License-Identifier: Apache-2.0
package io.jswarm.allocation;

import io.jswarm.model.Endpoint;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.PublishMode;
import io.jswarm.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives services the ports they publish, all of a service or none (S6.3). */
final class ServicePorts {
  private final PortPool pool = new PortPool();

  /** What became of a wish for ports: an endpoint, or the reason why not. */
  record Result(Optional<Endpoint> endpoint, String refusal, boolean released) {}

  /** Whether the service has every port its spec asks for, and no other. */
  static boolean isAllocated(Service service) {
    Endpoint endpoint = service.endpoint();
    List<PortConfig> wanted = service.spec().endpoint().ports();
    if (!endpoint.spec().equals(service.spec().endpoint())
        || endpoint.ports().size() != wanted.size()) {
      return false;
    }
    return endpoint.ports().stream()
        .noneMatch(port -> isIngress(port) && port.publishedPort() == 0);
  }

  /** Takes over what the service was given by an earlier leader. */
  void restore(Service service) {
    for (PortConfig port : service.endpoint().ports()) {
      if (isIngress(port) && port.publishedPort() != 0 && owner(port) == null) {
        pool.claim(port.protocol(), port.publishedPort(), service.id());
        pool.resumeAfter(port.protocol(), port.publishedPort());
      }
    }
  }

  /**
   * Claims what the spec asks for and gives back what it no longer asks for. A port left open keeps
   * the number it had. If any port cannot be had, nothing changes.
   */
  Result allocate(Service service) {
    List<PortConfig> claimed = new ArrayList<>();
    List<PortConfig> ports = new ArrayList<>();
    List<PortConfig> before = service.endpoint().ports();
    for (PortConfig wanted : service.spec().endpoint().ports()) {
      PortConfig port = isIngress(wanted) ? numbered(wanted, service.endpoint()) : wanted;
      if (isIngress(wanted)) {
        String owner = port.publishedPort() == 0 ? null : owner(port);
        if (owner == null) {
          port = claim(port, service.id());
          if (port.publishedPort() == 0) {
            return refuse(service, claimed, "no published port is free in the dynamic range");
          }
          claimed.add(port);
        } else if (!owner.equals(service.id())) {
          return refuse(service, claimed, taken(port, owner));
        }
      }
      ports.add(port);
    }
    boolean released = false;
    for (PortConfig port : before) {
      if (isIngress(port) && !holds(ports, port)) {
        pool.release(port.protocol(), port.publishedPort(), service.id());
        released = true;
      }
    }
    Endpoint endpoint =
        new Endpoint(service.spec().endpoint(), ports, service.endpoint().virtualIps());
    return new Result(Optional.of(endpoint), "", released);
  }

  /**
   * Gives back everything of a service that is gone.
   *
   * @return whether there was anything
   */
  boolean release(Service service) {
    boolean released = false;
    for (PortConfig port : service.endpoint().ports()) {
      if (isIngress(port) && port.publishedPort() != 0) {
        pool.release(port.protocol(), port.publishedPort(), service.id());
        released = true;
      }
    }
    return released;
  }

  void clear() {
    pool.clear();
  }

  private Result refuse(Service service, List<PortConfig> claimed, String why) {
    claimed.forEach(port -> pool.release(port.protocol(), port.publishedPort(), service.id()));
    return new Result(Optional.empty(), why, false);
  }

  private static String taken(PortConfig port, String owner) {
    return "published port "
        + port.publishedPort()
        + "/"
        + port.protocol().name().toLowerCase(Locale.ROOT)
        + " is in use by service "
        + owner;
  }

  private @Nullable String owner(PortConfig port) {
    return pool.owner(port.protocol(), port.publishedPort());
  }

  private PortConfig claim(PortConfig port, String serviceId) {
    Protocol protocol = port.protocol();
    if (port.publishedPort() != 0) {
      pool.claim(protocol, port.publishedPort(), serviceId);
      return port;
    }
    return port.withPublishedPort(pool.claimNext(protocol, serviceId));
  }

  /** A port that was left open before as well keeps its number. */
  private static PortConfig numbered(PortConfig wanted, Endpoint before) {
    if (wanted.publishedPort() != 0 || !before.spec().ports().contains(wanted)) {
      return wanted;
    }
    return before.ports().stream()
        .filter(port -> port.withPublishedPort(0).equals(wanted))
        .findFirst()
        .orElse(wanted);
  }

  private static boolean holds(List<PortConfig> ports, PortConfig port) {
    return ports.stream()
        .anyMatch(
            p ->
                isIngress(p)
                    && p.protocol() == port.protocol()
                    && p.publishedPort() == port.publishedPort());
  }

  private static boolean isIngress(PortConfig port) {
    return port.publishMode() == PublishMode.INGRESS;
  }
}
