// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateConfig;
import io.jswarm.model.UpdateOrder;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One rolling update of one service towards one spec (S4.3). At most {@code parallelism} slots are
 * in work at a time; each is followed until its new task runs or ended, and keeps its place for
 * {@code delay} after that. When all are done the update is watched for failures a little longer
 * and then complete.
 */
final class Updater {
  private static final Comparator<Task> BY_USE =
      Comparator.comparing((Task task) -> task.state() == TaskState.RUNNING)
          .thenComparing(RestartSupervisor.BY_AGE.reversed());

  private final UpdateSupervisor supervisor;
  private final String serviceId;
  private final ServiceSpec spec;
  private final boolean rollback;
  private final UpdateConfig config;
  private final DirtyTest test;
  private final Deque<SlotId> queue;
  private final long parallelism;
  private final UpdateFailures failures;
  private final Set<SlotInWork> inWork = new LinkedHashSet<>();
  private final Map<String, SlotInWork> followed = new HashMap<>();
  private final Set<SlotInWork> touched = new LinkedHashSet<>();
  private final List<EventLoop.Timer> timers = new ArrayList<>();
  private boolean woken;
  private boolean halted;
  private boolean monitoring;
  private boolean monitored;

  Updater(
      UpdateSupervisor supervisor,
      Service service,
      UpdateConfig config,
      DirtyTest test,
      List<SlotId> queue,
      int dirty) {
    this.supervisor = supervisor;
    this.serviceId = service.id();
    this.spec = service.spec();
    this.rollback = UpdateSupervisor.isRollback(service.updateStatus());
    this.config = config;
    this.test = test;
    this.queue = new ArrayDeque<>(queue);
    this.parallelism = config.parallelism() == 0 ? Long.MAX_VALUE : config.parallelism();
    this.failures = new UpdateFailures(config, rollback, dirty);
  }

  /** Whether this update is what {@code service} wants; one that was halted ends as it is. */
  boolean serves(Service service) {
    boolean sameSpec = spec.equals(service.spec());
    return halted
        ? sameSpec && service.updateStatus() != null
        : sameSpec && rollback == UpdateSupervisor.isRollback(service.updateStatus());
  }

  /** A task of the service changed. */
  void onTask(String taskId) {
    woken |= failures.onTask(taskId);
    SlotInWork slot = followed.get(taskId);
    if (slot != null) {
      touched.add(slot);
      woken = true;
    }
  }

  boolean isWoken() {
    return woken;
  }

  void cancel() {
    timers.forEach(EventLoop.Timer::cancel);
  }

  /** Goes as far as it can now. */
  void step(Tx tx) {
    woken = false;
    Service service = tx.service(serviceId).orElse(null);
    if (service == null) {
      return;
    }
    if (!halted && failures.act(tx, service)) {
      halted = true;
      queue.clear();
    }
    List<SlotInWork> due = List.copyOf(touched);
    touched.clear();
    due.forEach(slot -> advance(tx, service, slot));
    while (!queue.isEmpty() && inWork.size() < parallelism) {
      take(tx, service, queue.remove());
    }
    if (inWork.isEmpty()) {
      finish(tx);
    }
  }

  private void finish(Tx tx) {
    if (halted) {
      supervisor.ended(serviceId);
    } else if (monitored) {
      supervisor.ended(serviceId);
      UpdateSupervisor.complete(tx, serviceId);
    } else if (!monitoring) {
      monitoring = true;
      Duration monitor = failures.monitor();
      boolean slow = config.delay().compareTo(monitor) >= 0;
      after(slow ? config.delay().plusSeconds(1) : monitor, () -> monitored = true);
    }
  }

  private void after(Duration delay, Runnable change) {
    timers.add(
        supervisor
            .loop()
            .schedule(
                delay,
                () -> {
                  change.run();
                  woken = true;
                }));
  }

  /** Begins with a slot as it is now; one that is gone or needs nothing is passed over. */
  private void take(Tx tx, Service service, SlotId id) {
    List<Task> all = id.tasks(tx);
    List<Task> tasks = supervisor.restarts().updatable(service, all, tx.now());
    if (tasks.isEmpty()) {
      return;
    }
    Task clean = clean(tx, tasks).orElse(null);
    if (clean == null) {
      replace(tx, service, id, all, tasks);
    } else if (tasks.size() > 1 || clean.state().isBefore(TaskState.RUNNING)) {
      keep(tx, id, clean, all, tasks);
    }
  }

  /**
   * The task that fits the spec, if there is one: one that may run already, or else one that waits
   * to.
   */
  private Optional<Task> clean(Tx tx, List<Task> tasks) {
    List<Task> clean =
        tasks.stream()
            .filter(task -> DesiredState.isLive(task) && !test.isDirty(tx, task))
            .sorted(RestartSupervisor.BY_AGE.reversed())
            .toList();
    return clean.stream()
        .filter(task -> task.desiredState() == TaskState.RUNNING)
        .findFirst()
        .or(() -> clean.stream().findFirst());
  }

  private void replace(Tx tx, Service service, SlotId id, List<Task> all, List<Task> olds) {
    if (startsFirst()) {
      // One old task stays until the new one runs: one that runs itself, if there is one.
      Task kept = olds.stream().max(BY_USE).orElseThrow();
      stop(tx, olds.stream().filter(old -> old != kept).toList());
      Task task = supervisor.factory().create(tx, service, id, TaskFactory.goal(service));
      failures.watch(task);
      follow(new SlotInWork(id, List.of(kept)), task);
      return;
    }
    stop(tx, olds);
    Task task = supervisor.factory().create(tx, service, id, TaskState.READY);
    failures.watch(task);
    follow(new SlotInWork(id, List.of()), task);
    supervisor.restarts().start(tx, task, all, Duration.ZERO);
  }

  /** The slot has what it needs: waits for that to run, and stops the others. */
  private void keep(Tx tx, SlotId id, Task clean, List<Task> all, List<Task> tasks) {
    List<Task> others = new ArrayList<>(tasks);
    others.removeIf(task -> task.id().equals(clean.id()));
    SlotInWork slot = new SlotInWork(id, others);
    follow(slot, clean);
    if (startsFirst() && clean.state() != TaskState.RUNNING) {
      return;
    }
    slot.stopOlds(tx);
    if (clean.state() == TaskState.RUNNING) {
      rest(slot);
    } else if (clean.desiredState().isBefore(TaskState.RUNNING)
        && !supervisor.restarts().isHeld(clean)) {
      List<Task> olds = new ArrayList<>(all);
      olds.removeIf(task -> task.id().equals(clean.id()));
      supervisor.restarts().start(tx, clean, olds, Duration.ZERO);
    }
  }

  /** One that never got a node leaves nothing worth keeping. */
  private static void stop(Tx tx, List<Task> olds) {
    for (Task old : olds) {
      boolean assigned =
          tx.task(old.id()).filter(task -> task.state().atLeast(TaskState.ASSIGNED)).isPresent();
      DesiredState.raise(tx, old, assigned ? TaskState.SHUTDOWN : TaskState.REMOVE);
    }
  }

  private boolean startsFirst() {
    return config.order() == UpdateOrder.START_FIRST;
  }

  private void follow(SlotInWork slot, Task task) {
    inWork.add(slot);
    slot.taskId = task.id();
    followed.put(task.id(), slot);
  }

  private void advance(Tx tx, Service service, SlotInWork slot) {
    if (slot.taskId == null) {
      if (slot.delayOver) {
        inWork.remove(slot);
      }
      return;
    }
    Task task = tx.task(slot.taskId).orElse(null);
    if (task != null && task.state().atLeast(TaskState.RUNNING)) {
      if (task.state() == TaskState.RUNNING) {
        slot.stopOlds(tx);
      }
      rest(slot);
    } else if (task == null || !DesiredState.isLive(task)) {
      followReplacement(tx, service, slot);
    }
  }

  /**
   * The new task was given up before it ran, as when its node was lost: its replacement is waited
   * for instead.
   */
  private void followReplacement(Tx tx, Service service, SlotInWork slot) {
    List<Task> tasks = supervisor.restarts().updatable(service, slot.id.tasks(tx), tx.now());
    Task clean = clean(tx, tasks).orElse(null);
    if (clean == null) {
      rest(slot);
    } else {
      followed.remove(slot.taskId);
      follow(slot, clean);
      advance(tx, service, slot);
    }
  }

  private void rest(SlotInWork slot) {
    followed.remove(slot.taskId);
    slot.taskId = null;
    if (config.delay().isZero()) {
      inWork.remove(slot);
    } else {
      after(
          config.delay(),
          () -> {
            slot.delayOver = true;
            touched.add(slot);
          });
    }
  }

  /** A slot this update works on: until {@code taskId} runs, and for the delay after that. */
  private static final class SlotInWork {
    private final SlotId id;
    private final List<Task> olds;
    private @Nullable String taskId;
    private boolean delayOver;

    SlotInWork(SlotId id, List<Task> olds) {
      this.id = id;
      this.olds = olds;
    }

    void stopOlds(Tx tx) {
      stop(tx, olds);
    }
  }
}
