// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.DESIRED_STATE;
import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.NAME;
import static io.jswarm.api.Filter.Key.NODE;
import static io.jswarm.api.Filter.Key.SERVICE;

import io.jswarm.InvalidSpecException;
import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Task;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Tasks over the local store. */
final class LocalTasks implements Swarm.Tasks {
  private static final int MOST_ON_PAGE = 10_000;

  private final Calls calls;

  LocalTasks(Calls calls) {
    this.calls = calls;
  }

  @Override
  public Reply<List<Task>> list(Filter filter) {
    return calls.read(
        view -> {
          Wanted wanted = Wanted.of(filter, view);
          List<Task> found = new ArrayList<>();
          for (Task task : wanted.candidates(view, "")) {
            if (wanted.includes(task)) {
              found.add(task);
            }
          }
          return List.copyOf(found);
        });
  }

  @Override
  public Reply<List<Task>> page(Filter filter, String after, int limit) {
    return calls.read(
        view -> {
          if (limit < 1 || limit > MOST_ON_PAGE) {
            throw new InvalidSpecException(
                "page of tasks", "limit", "has to be from 1 to " + MOST_ON_PAGE + ", not " + limit);
          }
          Wanted wanted = Wanted.of(filter, view);
          List<Task> found = new ArrayList<>();
          for (Task task : wanted.candidates(view, after)) {
            if (task.id().compareTo(after) > 0 && wanted.includes(task)) {
              found.add(task);
              if (found.size() == limit && wanted.isInOrderOfIds()) {
                break;
              }
            }
          }
          found.sort(Comparator.comparing(Task::id));
          return List.copyOf(found.subList(0, Math.min(limit, found.size())));
        });
  }

  /** What a filter asks for, with the ids of services and nodes. */
  private record Wanted(Filter filter, List<String> services, List<String> nodes) {
    static Wanted of(Filter filter, ReadView view) {
      filter.requireOnly("tasks", Set.of(ID, NAME, LABEL, SERVICE, NODE, DESIRED_STATE));
      return new Wanted(
          filter,
          filter.values(SERVICE).stream().map(name -> serviceId(view, name)).toList(),
          filter.values(NODE).stream().map(name -> nodeId(view, name)).toList());
    }

    boolean includes(Task task) {
      return (services.isEmpty() || services.contains(task.serviceId()))
          && (nodes.isEmpty() || nodes.contains(task.nodeId()))
          && filter.prefix(ID, task.id())
          && filter.prefix(NAME, task.displayName())
          && filter.labels(LABEL, task.serviceLabels())
          && filter.equal(DESIRED_STATE, task.desiredState().name());
    }

    /** The smallest index range that holds all that can match and come after an id. */
    Iterable<Task> candidates(ReadView view, String after) {
      if (services.size() == 1) {
        return view.tasksOfService(services.get(0));
      }
      return nodes.size() == 1 ? view.tasksOfNode(nodes.get(0)) : view.tasksAfter(after);
    }

    boolean isInOrderOfIds() {
      return services.size() != 1;
    }
  }

  /** A service that is gone is still asked for by its id, as long as tasks of it are left. */
  private static String serviceId(ReadView view, String idOrName) {
    return view.tasksOfService(idOrName).iterator().hasNext()
        ? idOrName
        : Lookup.SERVICES.one(view, idOrName).id();
  }

  private static String nodeId(ReadView view, String idOrName) {
    return view.tasksOfNode(idOrName).iterator().hasNext()
        ? idOrName
        : Lookup.NODES.one(view, idOrName).id();
  }

  @Override
  public Reply<Task> inspect(String idOrName) {
    return calls.read(view -> Lookup.TASKS.one(view, idOrName));
  }
}
