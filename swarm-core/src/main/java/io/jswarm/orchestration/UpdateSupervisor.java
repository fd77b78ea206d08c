// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.Defaults;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateConfig;
import io.jswarm.model.UpdateState;
import io.jswarm.model.UpdateStatus;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings the tasks of services to their present spec, one rolling update per service (S4). Belongs
 * to one orchestrator. Nothing but tasks and the update status is stored: after a leader change an
 * update goes on from what it finds.
 */
final class UpdateSupervisor {
  private final EventLoop loop;
  private final TaskFactory factory;
  private final RestartSupervisor restarts;
  private final Map<String, Updater> running = new LinkedHashMap<>();

  UpdateSupervisor(EventLoop loop, TaskFactory factory, RestartSupervisor restarts) {
    this.loop = loop;
    this.factory = factory;
    this.restarts = restarts;
  }

  /**
   * Looks which of {@code slots} differ from the spec and begins to replace them, unless that is
   * under way.
   */
  void update(Tx tx, Service service, List<SlotId> slots) {
    UpdateStatus status = service.updateStatus();
    boolean paused =
        status != null
            && (status.state() == UpdateState.PAUSED
                || status.state() == UpdateState.ROLLBACK_PAUSED);
    Updater current = running.get(service.id());
    if (current != null && current.serves(service)) {
      if (status == null) {
        begin(tx, service);
      }
      return;
    }
    cancel(service.id());
    if (paused) {
      return;
    }
    DirtyTest test = new DirtyTest(service);
    List<SlotId> unfinished = new ArrayList<>();
    List<SlotId> dirty = new ArrayList<>();
    for (SlotId slot : slots) {
      List<Task> tasks = restarts.updatable(service, slot.tasks(tx), tx.now());
      if (test.isDirty(tx, tasks)) {
        dirty.add(slot);
      } else if (isUnderWay(status) && tasks.get(0).state().isBefore(TaskState.RUNNING)) {
        unfinished.add(slot);
      }
    }
    if (dirty.isEmpty() && unfinished.isEmpty()) {
      complete(tx, service.id());
      return;
    }
    Service begun = status == null ? begin(tx, service) : service;
    List<SlotId> queue = new ArrayList<>(unfinished);
    queue.addAll(dirty);
    Updater updater = new Updater(this, begun, config(begun), test, queue, dirty.size());
    running.put(service.id(), updater);
    updater.step(tx);
  }

  boolean isRunning(String serviceId) {
    return running.containsKey(serviceId);
  }

  /** Ends the update of a service where it stands. */
  void cancel(String serviceId) {
    Updater updater = running.remove(serviceId);
    if (updater != null) {
      updater.cancel();
    }
  }

  void onEvent(StoreEvent event) {
    if (event.object() instanceof Task task) {
      Updater updater = running.get(task.serviceId());
      if (updater != null) {
        updater.onTask(task.id());
      }
    }
  }

  /** Takes the steps that became possible. */
  void reconcile(Tx tx) {
    if (running.isEmpty()) {
      return;
    }
    for (Updater updater : List.copyOf(running.values())) {
      if (updater.isWoken()) {
        updater.step(tx);
      }
    }
  }

  void clear() {
    running.values().forEach(Updater::cancel);
    running.clear();
  }

  EventLoop loop() {
    return loop;
  }

  TaskFactory factory() {
    return factory;
  }

  RestartSupervisor restarts() {
    return restarts;
  }

  /** The updater is done; a later reconcile may begin another. */
  void ended(String serviceId) {
    running.remove(serviceId);
  }

  static boolean isRollback(@Nullable UpdateStatus status) {
    return status != null && status.state() == UpdateState.ROLLBACK_STARTED;
  }

  private static boolean isUnderWay(@Nullable UpdateStatus status) {
    return isRollback(status) || (status != null && status.state() == UpdateState.UPDATING);
  }

  private static UpdateConfig config(Service service) {
    return isRollback(service.updateStatus())
        ? Defaults.rollback(service.spec())
        : Defaults.update(service.spec());
  }

  private static Service begin(Tx tx, Service service) {
    return tx.update(
        service.withUpdateStatus(
            new UpdateStatus(UpdateState.UPDATING, tx.now(), null, "update in progress")));
  }

  /** Every slot is as the spec wants it: says so, if an update was under way. */
  static void complete(Tx tx, String serviceId) {
    Service service = tx.service(serviceId).orElse(null);
    UpdateStatus status = service == null ? null : service.updateStatus();
    if (service == null || status == null || !isUnderWay(status)) {
      return;
    }
    boolean rollback = isRollback(status);
    tx.update(
        service.withUpdateStatus(
            new UpdateStatus(
                rollback ? UpdateState.ROLLBACK_COMPLETED : UpdateState.COMPLETED,
                status.startedAt(),
                tx.now(),
                rollback ? "rollback completed" : "update completed")));
  }
}
