// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.Defaults;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateState;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Replaces tasks that ended or have to leave their node, within the limits of their restart policy,
 * and starts the replacements when it is time (S5). Belongs to one orchestrator, which decides what
 * to restart and hands on the events.
 */
final class RestartSupervisor {
  /** From the oldest to the newest. */
  static final Comparator<Task> BY_AGE =
      Comparator.comparing((Task task) -> task.meta().createdAt()).thenComparing(Task::id);

  private final TaskFactory factory;
  private final DelayedStarts starts;
  private final RestartHistory history = new RestartHistory();

  RestartSupervisor(EventLoop loop, TaskFactory factory) {
    this.factory = factory;
    this.starts = new DelayedStarts(loop);
  }

  /**
   * Ends {@code task}, which is terminal or on an invalid node, and puts another in its slot if its
   * policy permits. The replacement is prepared at once and starts after the restart delay, once
   * the old one has stopped. There is no delay when the task has to leave a drained or lost node,
   * and no waiting for a lost one: the delay is for tasks that crash.
   */
  void restart(Tx tx, Service service, Task task) {
    DelayedStarts.Start own = starts.find(task.id());
    if (own != null && task.state().isTerminal() && !own.isDelayOver()) {
      own.restartInstead();
      return;
    }
    Duration delay = delay(tx, task);
    List<Task> olds = new ArrayList<>();
    if (own != null) {
      olds = tasks(tx, own.olds());
      if (!task.state().isTerminal()) {
        delay = own.remaining();
      }
      starts.cancel(task.id());
    }
    replace(tx, service, task, olds, delay);
  }

  /** Whom {@code task} waited for, its replacement has to wait for. */
  private void replace(Tx tx, Service service, Task task, List<Task> olds, Duration delay) {
    DesiredState.raise(tx, task, TaskState.SHUTDOWN);
    if (!history.permits(service, task, tx.now()) || hasSuccessor(tx, service, task)) {
      return;
    }
    Task replacement = factory.create(tx, service, SlotId.of(service, task), TaskState.READY);
    history.record(service, replacement);
    olds.add(task);
    start(tx, replacement, olds, delay);
  }

  /**
   * Lets a task that is held at READY run once {@code delay} is over and all of {@code olds} have
   * stopped; at once if there is nothing to wait for.
   */
  void start(Tx tx, Task task, Iterable<Task> olds, Duration delay) {
    starts.hold(tx, task.id(), olds, delay);
    settle(tx);
  }

  /** Whether a start of this task is under way. */
  boolean isHeld(Task task) {
    return starts.find(task.id()) != null;
  }

  /**
   * The tasks by which a slot counts as filled (S3.2): those meant to run; else the newest if its
   * policy does not want another in its place. None: the slot is dead.
   */
  List<Task> updatable(Service service, List<Task> slot, Instant now) {
    List<Task> live = slot.stream().filter(DesiredState::isLive).toList();
    if (!live.isEmpty() || isRollingBack(service)) {
      return live;
    }
    // A task to be removed was taken out of its slot; it does not fill it.
    return slot.stream()
        .filter(task -> task.desiredState() != TaskState.REMOVE)
        .max(BY_AGE)
        .filter(newest -> !history.permits(service, newest, now))
        .map(List::of)
        .orElse(List.of());
  }

  /** Rebuilds what is known of a slot from its tasks, oldest first (S3.1). */
  void remember(Service service, List<Task> slot) {
    long newest = slot.stream().mapToLong(Task::specVersion).max().orElse(0);
    slot.stream()
        .filter(task -> task.specVersion() == newest)
        .sorted(BY_AGE)
        .skip(1)
        .forEach(task -> history.record(service, task));
  }

  /** Resumes the wait of a task that an earlier leader held at READY (S3.1). */
  void resume(Tx tx, Service service, Task task) {
    Instant applied = task.status().appliedAt();
    Instant since = applied != null ? applied : task.status().timestamp();
    Duration delay = Defaults.restartDelay(task.spec());
    Duration remaining = Duration.between(tx.now(), since.plus(delay));
    if (remaining.compareTo(delay) > 0) {
      remaining = delay;
    }
    List<Task> olds = new ArrayList<>(SlotId.of(service, task).tasks(tx));
    olds.removeIf(DesiredState::isLive);
    start(tx, task, olds, remaining.isNegative() ? Duration.ZERO : remaining);
  }

  void forget(String serviceId) {
    history.forget(serviceId);
  }

  void onEvent(StoreEvent event) {
    starts.onEvent(event);
  }

  /** Starts or replaces the tasks whose wait is over. */
  void reconcile(Tx tx) {
    settle(tx);
  }

  void clear() {
    starts.clear();
    history.clear();
  }

  private void settle(Tx tx) {
    for (DelayedStarts.Start start : starts.takeDue()) {
      Task task = tx.task(start.taskId()).orElse(null);
      Service service = task == null ? null : tx.service(task.serviceId()).orElse(null);
      if (task == null || service == null || !DesiredState.isLive(task)) {
        continue;
      }
      if (start.isRestart()) {
        replace(tx, service, task, tasks(tx, start.olds()), delay(tx, task));
      } else {
        DesiredState.raise(tx, task, TaskFactory.goal(service));
      }
    }
  }

  private static List<Task> tasks(Tx tx, Iterable<String> ids) {
    List<Task> tasks = new ArrayList<>();
    ids.forEach(id -> tx.task(id).ifPresent(tasks::add));
    return tasks;
  }

  private static Duration delay(Tx tx, Task task) {
    return NodeCondition.of(tx, task.nodeId()) == NodeCondition.VALID
        ? Defaults.restartDelay(task.spec())
        : Duration.ZERO;
  }

  /**
   * Whether a newer task of the present spec fills the slot already, as in an update that starts
   * first.
   */
  private static boolean hasSuccessor(Tx tx, Service service, Task task) {
    return SlotId.of(service, task).tasks(tx).stream()
        .anyMatch(
            other ->
                DesiredState.isLive(other)
                    && other.specVersion() == service.specVersion()
                    && BY_AGE.compare(task, other) < 0);
  }

  private static boolean isRollingBack(Service service) {
    return service.updateStatus() != null
        && service.updateStatus().state() == UpdateState.ROLLBACK_STARTED;
  }
}
