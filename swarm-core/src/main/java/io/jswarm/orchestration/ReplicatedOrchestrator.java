// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.control.Component;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Node;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;

/**
 * Keeps as many slots of each replicated service filled as it has replicas (S3.1, S3.2). Events
 * mark what to look at; only that is looked at in {@link #reconcile}: ended tasks and lost nodes
 * first, then services. Services of other modes are left alone.
 */
final class ReplicatedOrchestrator implements Component {
  private final TaskFactory factory;
  private final RestartSupervisor restarts;
  private final UpdateSupervisor updates;
  private final Set<String> changedServices = new LinkedHashSet<>();
  private final Set<String> removedServices = new LinkedHashSet<>();
  private final Set<String> endedTasks = new LinkedHashSet<>();
  private final Set<String> invalidNodes = new LinkedHashSet<>();
  private final Set<String> startedTasks = new LinkedHashSet<>();

  /** Services with a slot in which a task began to run next to another one. */
  private final Set<String> crowdedServices = new LinkedHashSet<>();

  ReplicatedOrchestrator(EventLoop loop, TaskFactory factory) {
    this.factory = factory;
    this.restarts = new RestartSupervisor(loop, factory);
    this.updates = new UpdateSupervisor(loop, factory, restarts);
  }

  @Override
  public String name() {
    return "replicated-orchestrator";
  }

  @Override
  public void start(Tx tx) {
    for (Task task : tx.tasks()) {
      if (task.hasService() && tx.service(task.serviceId()).isEmpty()) {
        dropOrphan(tx, task);
      }
    }
    for (Service service : tx.services()) {
      if (isReplicated(service)) {
        takeOver(tx, service);
        changedServices.add(service.id());
      }
    }
  }

  /**
   * Its service is gone: what an agent is already stopping waits for that, everything else goes at
   * once.
   */
  private static void dropOrphan(Tx tx, Task task) {
    boolean stopping =
        task.desiredState() == TaskState.REMOVE && DelayedStarts.isStopping(tx, task);
    if (!stopping) {
      tx.delete(task);
    }
  }

  /** The initial pass over one service (S3.1). */
  private void takeOver(Tx tx, Service service) {
    Map<Integer, List<Task>> slots = new LinkedHashMap<>();
    List<Task> live = new ArrayList<>();
    for (Task task : tx.tasksOfService(service.id())) {
      slots.computeIfAbsent(task.slot(), slot -> new ArrayList<>()).add(task);
      if (DesiredState.isLive(task)) {
        live.add(task);
      }
    }
    slots.values().forEach(slot -> restarts.remember(service, slot));
    for (Task task : live) {
      if (mustRestart(tx, task)) {
        restarts.restart(tx, service, task);
      } else if (task.desiredState() == TaskState.READY) {
        restarts.resume(tx, service, task);
      }
    }
  }

  @Override
  public void onEvent(StoreEvent event) {
    boolean deleted = event instanceof StoreEvent.Deleted;
    if (event.object() instanceof Service service) {
      if (isReplicated(service)) {
        (deleted ? removedServices : changedServices).add(service.id());
      }
    } else if (event.object() instanceof Node node) {
      if (deleted || NodeCondition.of(node) != NodeCondition.VALID) {
        invalidNodes.add(node.id());
      }
    } else if (event.object() instanceof Task task
        && task.hasService()
        && DesiredState.isLive(task)) {
      if (deleted) {
        changedServices.add(task.serviceId());
      } else if (task.state().isTerminal()) {
        endedTasks.add(task.id());
      } else if (task.state() == TaskState.RUNNING) {
        startedTasks.add(task.id());
      }
    }
    restarts.onEvent(event);
    updates.onEvent(event);
  }

  @Override
  public void reconcile(Tx tx) {
    drain(removedServices).forEach(service -> removeTasks(tx, service));
    for (String node : drain(invalidNodes)) {
      if (NodeCondition.of(tx, node) != NodeCondition.VALID) {
        tx.tasksOfNode(node).forEach(task -> restartIfDue(tx, task.id()));
      }
    }
    drain(endedTasks).forEach(task -> restartIfDue(tx, task));
    restarts.reconcile(tx);
    drain(startedTasks).forEach(task -> lookForCrowd(tx, task));
    crowdedServices.removeIf(s -> !updates.isRunning(s) && changedServices.add(s));
    for (String id : drain(changedServices)) {
      tx.service(id).filter(ReplicatedOrchestrator::isReplicated).ifPresent(s -> reconcile(tx, s));
    }
    updates.reconcile(tx);
  }

  @Override
  public void stop() {
    changedServices.clear();
    removedServices.clear();
    endedTasks.clear();
    invalidNodes.clear();
    startedTasks.clear();
    crowdedServices.clear();
    restarts.clear();
    updates.clear();
  }

  /**
   * An update that starts first and goes on in spite of failures leaves slots with two tasks; once
   * the new one runs after all, the service is looked at again.
   */
  private void lookForCrowd(Tx tx, String taskId) {
    Task task = tx.task(taskId).orElse(null);
    if (task != null && task.slot() != 0) {
      List<Task> slot = new SlotId(task.serviceId(), task.slot(), "").tasks(tx);
      if (slot.stream().filter(DesiredState::isLive).count() > 1) {
        crowdedServices.add(task.serviceId());
      }
    }
  }

  private void restartIfDue(Tx tx, String taskId) {
    Task task = tx.task(taskId).orElse(null);
    if (task != null && DesiredState.isLive(task) && mustRestart(tx, task)) {
      tx.service(task.serviceId())
          .filter(ReplicatedOrchestrator::isReplicated)
          .ifPresent(service -> restarts.restart(tx, service, task));
    }
  }

  private static boolean mustRestart(Tx tx, Task task) {
    return task.state().isTerminal() || NodeCondition.of(tx, task.nodeId()) != NodeCondition.VALID;
  }

  private void removeTasks(Tx tx, String serviceId) {
    updates.cancel(serviceId);
    restarts.forget(serviceId);
    tx.tasksOfService(serviceId).forEach(task -> DesiredState.raise(tx, task, TaskState.REMOVE));
  }

  private void reconcile(Tx tx, Service service) {
    long replicas = ((ServiceMode.Replicated) service.spec().mode()).replicas();
    ReplicatedSlots slots =
        ReplicatedSlots.of(
            tx.tasksOfService(service.id()), tasks -> restarts.updatable(service, tasks, tx.now()));
    SortedSet<Integer> kept = slots.survivors(replicas);
    SortedSet<Integer> vacant = slots.vacant(replicas - kept.size());
    updates.update(tx, service, kept.stream().map(slot -> id(service, slot)).toList());
    vacant.forEach(slot -> fill(tx, service, slot, slots.dead().getOrDefault(slot, List.of())));
    slots.dead().keySet().stream()
        .filter(slot -> !vacant.contains(slot))
        .forEach(slot -> removeSlot(tx, service, slot));
    slots.updatable().keySet().stream()
        .filter(slot -> !kept.contains(slot))
        .forEach(slot -> removeSlot(tx, service, slot));
  }

  /**
   * Puts a task into a slot; where an earlier one still stops, it is prepared meanwhile and starts
   * after that.
   */
  private void fill(Tx tx, Service service, int slot, List<Task> earlier) {
    List<Task> stopping =
        earlier.stream().filter(task -> DelayedStarts.isStopping(tx, task)).toList();
    if (stopping.isEmpty()) {
      factory.create(tx, service, id(service, slot), TaskFactory.goal(service));
    } else {
      Task task = factory.create(tx, service, id(service, slot), TaskState.READY);
      restarts.start(tx, task, stopping, Duration.ZERO);
    }
  }

  /** The reaper deletes what no agent has to stop first. */
  private static void removeSlot(Tx tx, Service service, int slot) {
    id(service, slot).tasks(tx).forEach(task -> DesiredState.raise(tx, task, TaskState.REMOVE));
  }

  private static SlotId id(Service service, int slot) {
    return new SlotId(service.id(), slot, "");
  }

  private static boolean isReplicated(Service service) {
    return service.spec().mode() instanceof ServiceMode.Replicated;
  }

  private static List<String> drain(Set<String> marks) {
    List<String> drained = List.copyOf(marks);
    marks.clear();
    return drained;
  }
}
