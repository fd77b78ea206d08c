// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.InvalidSpecException;
import io.jswarm.model.Config;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkAttachmentConfig;
import io.jswarm.model.Secret;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.StoreObject;
import io.jswarm.model.TaskSpec;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which services need an object. */
final class References {
  private References() {}

  /**
   * Fails, naming the services, when a current or previous spec refers to {@code object}: a
   * rollback must find it (S15.11).
   */
  static void requireUnused(ReadView view, StoreObject object) {
    List<String> users = new ArrayList<>();
    for (Service service : view.services()) {
      if (Stream.of(Optional.of(service.spec()), Optional.ofNullable(service.previousSpec()))
          .flatMap(Optional::stream)
          .anyMatch(spec -> needs(spec, object))) {
        users.add(service.name());
      }
    }
    if (!users.isEmpty()) {
      String what = Lookup.word(object.kind()) + " " + object.name();
      throw new InvalidSpecException(
          what,
          "id",
          "is in use by service " + String.join(", ", users) + "; update or remove that first");
    }
  }

  static boolean refers(ServiceSpec spec, Network network) {
    return spec.networks().stream().anyMatch(config -> targets(config, network))
        || refers(spec.task(), network);
  }

  static boolean refers(TaskSpec spec, Network network) {
    return spec.networks().stream().anyMatch(config -> targets(config, network));
  }

  private static boolean targets(NetworkAttachmentConfig config, Network network) {
    return config.target().equals(network.id()) || config.target().equalsIgnoreCase(network.name());
  }

  private static boolean needs(ServiceSpec spec, StoreObject object) {
    return spec.task().container().map(container -> needs(container, object)).orElse(false);
  }

  private static boolean needs(ContainerSpec container, StoreObject object) {
    if (object instanceof Secret) {
      return container.secrets().stream().anyMatch(reference -> reference.id().equals(object.id()));
    } else if (object instanceof Config) {
      return container.configs().stream().anyMatch(reference -> reference.id().equals(object.id()));
    }
    throw new AssertionError(object.kind());
  }
}
