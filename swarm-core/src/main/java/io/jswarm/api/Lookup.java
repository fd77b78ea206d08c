// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.InvalidSpecException;
import io.jswarm.NotFoundException;
import io.jswarm.model.Config;
import io.jswarm.model.Kind;
import io.jswarm.model.Network;
import io.jswarm.model.Node;
import io.jswarm.model.Secret;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds objects of one kind: all that fit, or one by what a user calls it, which is its id, its
 * name, or a prefix of its id that fits only one.
 *
 * @param <T> the kind's class
 */
record Lookup<T extends StoreObject>(Kind kind, Class<T> type) {
  static final Lookup<Service> SERVICES = new Lookup<>(Kind.SERVICE, Service.class);
  static final Lookup<Node> NODES = new Lookup<>(Kind.NODE, Node.class);
  static final Lookup<Task> TASKS = new Lookup<>(Kind.TASK, Task.class);
  static final Lookup<Secret> SECRETS = new Lookup<>(Kind.SECRET, Secret.class);
  static final Lookup<Config> CONFIGS = new Lookup<>(Kind.CONFIG, Config.class);
  static final Lookup<Network> NETWORKS = new Lookup<>(Kind.NETWORK, Network.class);

  /** All that fit, by id. */
  List<T> all(ReadView view, Predicate<? super T> fits) {
    List<T> found = new ArrayList<>();
    for (StoreObject object : view.all(kind)) {
      T candidate = type.cast(object);
      if (fits.test(candidate)) {
        found.add(candidate);
      }
    }
    return List.copyOf(found);
  }

  /**
   * The one of that id, name or id prefix.
   *
   * @throws NotFoundException when there is none
   * @throws InvalidSpecException when there are several, or nothing was asked for
   */
  T one(ReadView view, String idOrName) {
    if (idOrName.isBlank()) {
      throw new InvalidSpecException(word(), "id", "must not be empty");
    }
    Optional<? extends StoreObject> byId = view.get(kind, idOrName);
    if (byId.isPresent()) {
      return type.cast(byId.get());
    }
    List<T> named = named(view, idOrName);
    List<T> found = named.isEmpty() ? all(view, object -> object.id().startsWith(idOrName)) : named;
    if (found.size() > 1) {
      throw new InvalidSpecException(
          word(), "id", idOrName + " is ambiguous: it fits " + found.size() + "; use the whole id");
    }
    if (found.isEmpty()) {
      throw new NotFoundException(
          word() + " " + idOrName + " does not exist; list the " + word() + "s to see what does");
    }
    return found.get(0);
  }

  private List<T> named(ReadView view, String name) {
    return kind == Kind.NODE || kind == Kind.TASK
        ? all(view, object -> nameOf(object).equalsIgnoreCase(name))
        : view.byName(kind, name).map(type::cast).map(List::of).orElse(List.of());
  }

  private static String nameOf(StoreObject object) {
    return object instanceof Task task ? task.displayName() : object.name();
  }

  private String word() {
    return word(kind);
  }

  /** The kind as a user calls it. */
  static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
