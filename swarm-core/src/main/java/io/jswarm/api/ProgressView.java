// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.model.NodeState;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateState;
import io.jswarm.model.UpdateStatus;
import io.jswarm.orchestration.DirtyTest;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads a service's progress off its tasks. Pure. */
final class ProgressView {
  private ProgressView() {}

  static Progress of(ReadView state, Service service) {
    DirtyTest spec = new DirtyTest(service);
    long running = 0;
    long stopping = 0;
    List<Task> waiting = new ArrayList<>();
    for (Task task : state.tasksOfService(service.id())) {
      if (task.desiredState().isAfter(TaskState.RUNNING)) {
        stopping += isStopping(state, task) ? 1 : 0;
      } else if (task.state() == TaskState.RUNNING && !spec.isDirty(state, task)) {
        running++;
      } else {
        waiting.add(task);
      }
    }
    long finished =
        lastOfIdleSlots(state, service).values().stream().filter(ProgressView::isFinished).count();
    return new Progress(
        service.name(),
        desired(service) - finished,
        running,
        stopping,
        isUpdating(service),
        waiting);
  }

  /**
   * The newest task of a slot nobody will fill again although it did not finish, if there is one.
   */
  static Optional<Task> givenUp(ReadView state, Service service) {
    Map<Integer, Task> idle = lastOfIdleSlots(state, service);
    long missing = desired(service) - liveSlots(state, service);
    return missing <= 0 || idle.size() < missing
        ? Optional.empty()
        : idle.values().stream().filter(task -> !isFinished(task)).findFirst();
  }

  private static boolean isFinished(Task task) {
    return task.state() == TaskState.COMPLETE;
  }

  private static boolean isStopping(ReadView state, Task task) {
    return !task.state().isTerminal()
        && state
            .node(task.nodeId())
            .map(node -> node.status().state() != NodeState.DOWN)
            .orElse(false);
  }

  private static boolean isUpdating(Service service) {
    UpdateStatus update = service.updateStatus();
    return update != null
        && (update.state() == UpdateState.UPDATING
            || update.state() == UpdateState.ROLLBACK_STARTED);
  }

  private static long desired(Service service) {
    return service.spec().mode() instanceof ServiceMode.Replicated replicated
        ? replicated.replicas()
        : 0;
  }

  private static long liveSlots(ReadView state, Service service) {
    long live = 0;
    int slot = Integer.MIN_VALUE;
    for (Task task : state.tasksOfService(service.id())) {
      if (task.slot() != slot && task.desiredState().atMost(TaskState.RUNNING)) {
        slot = task.slot();
        live++;
      }
    }
    return live;
  }

  /** Slots without a task that should run: their newest task, if the restart policy let it rest. */
  private static Map<Integer, Task> lastOfIdleSlots(ReadView state, Service service) {
    DirtyTest spec = new DirtyTest(service);
    Map<Integer, Task> newest = new TreeMap<>();
    List<Integer> live = new ArrayList<>();
    for (Task task : state.tasksOfService(service.id())) {
      if (task.desiredState().atMost(TaskState.RUNNING)) {
        live.add(task.slot());
      } else if (task.desiredState() != TaskState.REMOVE
          && task.state().isTerminal()
          && !spec.isDirty(state, task)) {
        newest.merge(task.slot(), task, ProgressView::newer);
      }
    }
    live.forEach(newest::remove);
    return newest;
  }

  private static Task newer(Task a, Task b) {
    return a.meta().createdAt().isAfter(b.meta().createdAt()) ? a : b;
  }
}
