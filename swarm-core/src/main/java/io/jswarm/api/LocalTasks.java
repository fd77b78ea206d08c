// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.DESIRED_STATE;
import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.NAME;
import static io.jswarm.api.Filter.Key.NODE;
import static io.jswarm.api.Filter.Key.SERVICE;

import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Task;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Tasks over the local store. */
final class LocalTasks implements Swarm.Tasks {
  private final Calls calls;

  LocalTasks(Calls calls) {
    this.calls = calls;
  }

  @Override
  public Reply<List<Task>> list(Filter filter) {
    return calls.read(
        view -> {
          filter.requireOnly("tasks", Set.of(ID, NAME, LABEL, SERVICE, NODE, DESIRED_STATE));
          List<String> services =
              filter.values(SERVICE).stream().map(name -> serviceId(view, name)).toList();
          List<String> nodes =
              filter.values(NODE).stream().map(name -> nodeId(view, name)).toList();
          List<Task> found = new ArrayList<>();
          for (Task task : candidates(view, services, nodes)) {
            if ((services.isEmpty() || services.contains(task.serviceId()))
                && (nodes.isEmpty() || nodes.contains(task.nodeId()))
                && filter.prefix(ID, task.id())
                && filter.prefix(NAME, task.displayName())
                && filter.labels(LABEL, task.serviceLabels())
                && filter.equal(DESIRED_STATE, task.desiredState().name())) {
              found.add(task);
            }
          }
          return List.copyOf(found);
        });
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

  /** The smallest index range that holds all that can match. */
  private static Iterable<Task> candidates(
      ReadView view, List<String> services, List<String> nodes) {
    if (services.size() == 1) {
      return view.tasksOfService(services.get(0));
    }
    return nodes.size() == 1 ? view.tasksOfNode(nodes.get(0)) : view.tasks();
  }

  @Override
  public Reply<Task> inspect(String idOrName) {
    return calls.read(view -> Lookup.TASKS.one(view, idOrName));
  }
}
