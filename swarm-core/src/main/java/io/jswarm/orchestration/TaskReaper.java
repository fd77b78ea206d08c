// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.control.Component;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.RestartPolicy;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Deletes tasks nobody needs any more: those to be removed once no agent has to stop them, and the
 * oldest of a slot's history (S2.4). Finished tasks of jobs go with their service only.
 */
final class TaskReaper implements Component {
  private static final Comparator<Task> BY_END =
      Comparator.comparing(TaskReaper::lastSeen).thenComparing(RestartSupervisor.BY_AGE);

  private final Set<String> removable = new LinkedHashSet<>();
  private final Set<Place> crowded = new LinkedHashSet<>();

  @Override
  public String name() {
    return "task-reaper";
  }

  @Override
  public void start(Tx tx) {
    for (Task task : tx.tasks()) {
      if (isRemovable(task)) {
        removable.add(task.id());
      }
    }
  }

  @Override
  public void onEvent(StoreEvent event) {
    if (!(event.object() instanceof Task task) || event instanceof StoreEvent.Deleted) {
      return;
    }
    if (isRemovable(task)) {
      removable.add(task.id());
    } else if (event instanceof StoreEvent.Created || isDeletable(task)) {
      // A history grows when a task begins, and can shrink when one ends.
      crowded.add(new Place(task.serviceId(), task.slot(), task.slot() == 0 ? task.nodeId() : ""));
    }
  }

  @Override
  public void reconcile(Tx tx) {
    for (String id : List.copyOf(removable)) {
      tx.task(id).filter(TaskReaper::isRemovable).ifPresent(tx::delete);
    }
    removable.clear();
    for (Place place : List.copyOf(crowded)) {
      tx.service(place.serviceId)
          .filter(service -> !service.spec().mode().isJob())
          .ifPresent(service -> trim(tx, place, limit(tx, service)));
    }
    crowded.clear();
  }

  @Override
  public void stop() {
    removable.clear();
    crowded.clear();
  }

  private static void trim(Tx tx, Place place, long limit) {
    List<Task> tasks = new SlotId(place.serviceId, place.slot, place.nodeId).tasks(tx);
    if (limit < 0 || tasks.size() <= limit) {
      return;
    }
    // The newest stays whatever the limit: a slot that ended for good is known by it.
    Task newest = Collections.max(tasks, RestartSupervisor.BY_AGE);
    long surplus = tasks.size() - limit;
    tasks.stream()
        .filter(task -> task != newest && isDeletable(task))
        .sorted(BY_END)
        .limit(surplus)
        .forEach(tx::delete);
  }

  private static long limit(ReadView view, Service service) {
    RestartPolicy restart = service.spec().task().restart();
    if (restart != null && restart.maxAttempts() > 0) {
      return restart.maxAttempts() + 1;
    }
    ClusterSpec cluster = view.cluster().map(c -> c.spec()).orElse(ClusterSpec.defaults());
    return cluster.orchestration().taskHistoryRetentionLimit();
  }

  private static boolean isRemovable(Task task) {
    if (!task.hasService() && task.state() == TaskState.ORPHANED) {
      return true;
    }
    return task.desiredState() == TaskState.REMOVE
        && (task.state().isBefore(TaskState.ASSIGNED) || task.state().isTerminal());
  }

  private static boolean isDeletable(Task task) {
    return task.state().isTerminal()
        || (task.state().isBefore(TaskState.ASSIGNED)
            && task.desiredState().isAfter(TaskState.RUNNING));
  }

  private static Instant lastSeen(Task task) {
    Instant applied = task.status().appliedAt();
    return applied != null ? applied : task.status().timestamp();
  }

  /** A slot, or a node where slots have no number. */
  private record Place(String serviceId, int slot, String nodeId) {}
}
