// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.FailedPreconditionException;
import io.jswarm.InvalidSpecException;
import io.jswarm.InvalidSpecException.Violation;
import io.jswarm.UnimplementedException;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Kind;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkAttachmentConfig;
import io.jswarm.model.PortConfig;
import io.jswarm.model.PublishMode;
import io.jswarm.model.SecretReference;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.SpecValidation;
import io.jswarm.model.StoreObject;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a service spec must satisfy given what else there is (S1.4 rules 9 and 12–14). */
final class ServiceRules {
  private ServiceRules() {}

  /** Rules of the spec alone; on the caller's thread, before anything is queued. */
  static void requireValid(ServiceSpec spec) {
    SpecValidation.require(spec);
    if (!(spec.mode() instanceof ServiceMode.Replicated)) {
      throw new UnimplementedException(
          "service "
              + spec.name()
              + ": this version runs replicated services; global services and jobs are not"
              + " orchestrated yet");
    }
  }

  /**
   * Rules that look at the store.
   *
   * @param self id of the service being updated, or empty
   * @param checkPorts false when an update leaves the endpoint as it is
   */
  static void requireFits(ReadView view, ServiceSpec spec, String self, boolean checkPorts) {
    List<Violation> violations = new ArrayList<>();
    spec.task().container().ifPresent(container -> references(view, container, violations));
    networks(view, spec, violations);
    if (checkPorts) {
      ports(view, spec, self, violations);
    }
    if (!violations.isEmpty()) {
      throw new InvalidSpecException("service " + spec.name(), violations);
    }
    boolean ingress = spec.endpoint().ports().stream().anyMatch(ServiceRules::isIngress);
    if (ingress && ingressNetwork(view).isEmpty()) {
      throw new FailedPreconditionException(
          "service "
              + spec.name()
              + " publishes an ingress port and there is no ingress network; create one first");
    }
  }

  private static void references(
      ReadView view, ContainerSpec container, List<Violation> violations) {
    for (int i = 0; i < container.secrets().size(); i++) {
      SecretReference reference = container.secrets().get(i);
      reference(
          view,
          Kind.SECRET,
          reference.id(),
          reference.name(),
          "task.runtime.secrets[" + i + "]",
          violations);
    }
    for (int i = 0; i < container.configs().size(); i++) {
      ConfigReference reference = container.configs().get(i);
      reference(
          view,
          Kind.CONFIG,
          reference.id(),
          reference.name(),
          "task.runtime.configs[" + i + "]",
          violations);
    }
  }

  private static void reference(
      ReadView view, Kind kind, String id, String name, String path, List<Violation> violations) {
    Optional<? extends StoreObject> found = view.get(kind, id);
    if (found.isEmpty() || !found.get().name().equals(name)) {
      violations.add(
          new Violation(path, "there is no " + Lookup.word(kind) + " " + name + " with id " + id));
    }
  }

  private static void networks(ReadView view, ServiceSpec spec, List<Violation> violations) {
    Network ingress = ingressNetwork(view).orElse(null);
    if (ingress != null) {
      networks("task.networks", spec.task().networks(), ingress, violations);
      networks("networks", spec.networks(), ingress, violations);
    }
  }

  private static void networks(
      String path,
      List<NetworkAttachmentConfig> wanted,
      Network ingress,
      List<Violation> violations) {
    for (int i = 0; i < wanted.size(); i++) {
      if (References.attaches(wanted.subList(i, i + 1), ingress)) {
        violations.add(
            new Violation(
                path + "[" + i + "]",
                "the ingress network cannot be attached explicitly; publish a port instead"));
      }
    }
  }

  private static void ports(
      ReadView view, ServiceSpec spec, String self, List<Violation> violations) {
    List<PortConfig> wanted = spec.endpoint().ports();
    if (wanted.stream().allMatch(port -> port.publishedPort() == 0)) {
      return;
    }
    for (Service other : view.services()) {
      if (other.id().equals(self)) {
        continue;
      }
      for (int i = 0; i < wanted.size(); i++) {
        PortConfig port = wanted.get(i);
        String path = "endpoint.ports[" + i + "]";
        Stream.concat(other.spec().endpoint().ports().stream(), other.endpoint().ports().stream())
            .filter(taken -> conflict(port, taken))
            .findFirst()
            .map(taken -> new Violation(path, inUse(port, taken, other)))
            .ifPresent(violations::add);
      }
    }
  }

  private static boolean conflict(PortConfig a, PortConfig b) {
    return a.publishedPort() != 0
        && a.publishedPort() == b.publishedPort()
        && a.protocol() == b.protocol()
        && (isIngress(a) || isIngress(b));
  }

  private static String inUse(PortConfig port, PortConfig taken, Service by) {
    return "port "
        + port.publishedPort()
        + " is in use by service "
        + by.name()
        + " ("
        + by.id()
        + ") as "
        + (isIngress(taken) ? "an ingress" : "a host")
        + " port; choose another or leave it 0";
  }

  private static boolean isIngress(PortConfig port) {
    return port.publishMode() == PublishMode.INGRESS;
  }

  static Optional<Network> ingressNetwork(ReadView view) {
    return Lookup.NETWORKS.all(view, network -> network.spec().isIngress()).stream().findFirst();
  }
}
