// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.InvalidSpecException;
import io.jswarm.model.Config;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkAttachmentConfig;
import io.jswarm.model.PublishMode;
import io.jswarm.model.Secret;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.StoreObject;
import io.jswarm.model.TaskSpec;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;

/** Which services need an object. */
final class References {
  private References() {}

  /** Fails, naming the services, when one needs {@code object}. */
  static void requireUnused(ReadView view, StoreObject object) {
    List<String> users = users(view, object);
    if (!users.isEmpty()) {
      throw new InvalidSpecException(
          Lookup.word(object.kind()) + " " + object.name(),
          "id",
          "is in use by service " + String.join(", ", users) + "; update or remove that first");
    }
  }

  /**
   * Names of the services whose current or previous spec refers to {@code object}: a rollback must
   * find it (S15.11).
   */
  static List<String> users(ReadView view, StoreObject object) {
    List<String> users = new ArrayList<>();
    for (Service service : view.services()) {
      ServiceSpec previous = service.previousSpec();
      if (needs(service.spec(), object) || (previous != null && needs(previous, object))) {
        users.add(service.name());
      }
    }
    return users;
  }

  private static boolean needs(ServiceSpec spec, StoreObject object) {
    return needs(spec.task(), object)
        || (object instanceof Network network
            && (attaches(spec.networks(), network) || publishesThrough(spec, network)));
  }

  /** Whether a task of this spec needs {@code object}. */
  static boolean needs(TaskSpec spec, StoreObject object) {
    return object instanceof Network network
        ? attaches(spec.networks(), network)
        : spec.container().map(container -> needs(container, object)).orElse(false);
  }

  private static boolean needs(ContainerSpec container, StoreObject object) {
    if (object instanceof Secret) {
      return container.secrets().stream().anyMatch(reference -> reference.id().equals(object.id()));
    } else if (object instanceof Config) {
      return container.configs().stream().anyMatch(reference -> reference.id().equals(object.id()));
    }
    throw new AssertionError(object.kind());
  }

  static boolean attaches(List<NetworkAttachmentConfig> networks, Network network) {
    return networks.stream()
        .map(NetworkAttachmentConfig::target)
        .anyMatch(target -> target.equals(network.id()) || target.equalsIgnoreCase(network.name()));
  }

  private static boolean publishesThrough(ServiceSpec spec, Network network) {
    return network.spec().isIngress()
        && spec.endpoint().ports().stream()
            .anyMatch(port -> port.publishMode() == PublishMode.INGRESS);
  }
}
