// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.InvalidSpecException;
import io.jswarm.NotFoundException;
import io.jswarm.model.Kind;
import io.jswarm.model.Node;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds an object by what a user calls it: its id, its name, or a prefix of its id that fits only
 * one.
 */
final class Lookup {
  private Lookup() {}

  static Service service(ReadView view, String idOrName) {
    return (Service) find(view, Kind.SERVICE, idOrName);
  }

  static Node node(ReadView view, String idOrName) {
    return (Node) find(view, Kind.NODE, idOrName);
  }

  static Task task(ReadView view, String idOrName) {
    return (Task) find(view, Kind.TASK, idOrName);
  }

  static StoreObject find(ReadView view, Kind kind, String idOrName) {
    if (idOrName.isBlank()) {
      throw new InvalidSpecException(word(kind), "id", "must not be empty");
    }
    Optional<? extends StoreObject> byId = view.get(kind, idOrName);
    if (byId.isPresent()) {
      return byId.get();
    }
    List<StoreObject> named = named(view, kind, idOrName);
    List<StoreObject> found = named.isEmpty() ? prefixed(view, kind, idOrName) : named;
    if (found.size() > 1) {
      throw new InvalidSpecException(
          word(kind),
          "id",
          idOrName + " is ambiguous: it fits " + found.size() + "; use the whole id");
    }
    if (found.isEmpty()) {
      throw new NotFoundException(
          word(kind)
              + " "
              + idOrName
              + " does not exist; list the "
              + word(kind)
              + "s to see what does");
    }
    return found.get(0);
  }

  private static List<StoreObject> named(ReadView view, Kind kind, String name) {
    List<StoreObject> found = new ArrayList<>();
    if (kind == Kind.NODE || kind == Kind.TASK) {
      for (StoreObject object : view.all(kind)) {
        String actual = object instanceof Task task ? task.displayName() : object.name();
        if (actual.equalsIgnoreCase(name)) {
          found.add(object);
        }
      }
    } else {
      view.byName(kind, name).ifPresent(found::add);
    }
    return found;
  }

  private static List<StoreObject> prefixed(ReadView view, Kind kind, String prefix) {
    List<StoreObject> found = new ArrayList<>();
    for (StoreObject object : view.all(kind)) {
      if (object.id().startsWith(prefix)) {
        found.add(object);
      }
    }
    return found;
  }

  static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
