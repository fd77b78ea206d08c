// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Defaults;
import io.jswarm.model.Node;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateOrder;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.WatchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Writes down every commit, one line per event, and checks at each what must hold at every moment
 * (S2.2).
 */
final class CommitTrace implements WatchListener {
  final List<Commit> commits = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Supplier<Duration> clock;

  CommitTrace(Supplier<Duration> clock) {
    this.clock = clock;
  }

  @Override
  public void onCommit(Commit commit, ReadView state) {
    commits.add(commit);
    for (StoreEvent event : commit.events()) {
      lines.add(String.format("%8.3fs  %s", clock.get().toMillis() / 1000.0, line(event)));
      if (event.object() instanceof Task task && task.hasService()) {
        check(event, task, state);
      }
    }
  }

  /** What went wrong and how it came about. */
  String text() {
    return String.join("\n", lines);
  }

  List<String> violations() {
    return violations;
  }

  private static String line(StoreEvent event) {
    String what = event.getClass().getSimpleName();
    if (event.object() instanceof Task task) {
      String name = task.serviceName() + "." + task.slot() + " " + task.id().substring(0, 6);
      String error = task.status().error().isEmpty() ? "" : " (" + task.status().error() + ")";
      return "%-8s task %-16s %-9s desired %-9s v%d on %s%s"
          .formatted(
              what,
              name,
              task.state(),
              task.desiredState(),
              task.specVersion(),
              task.nodeId(),
              error);
    }
    if (event.object() instanceof Service service) {
      return "%-8s service %s v%d %s"
          .formatted(what, service.name(), service.specVersion(), service.updateStatus());
    }
    if (event.object() instanceof Node node) {
      return "%-8s node %s %s %s"
          .formatted(what, node.id(), node.status().state(), node.spec().availability());
    }
    return what + " " + event.kind() + " " + event.object().name();
  }

  private void check(StoreEvent event, Task task, ReadView state) {
    if (event.old() instanceof Task old) {
      expect(!task.state().isBefore(old.state()), "observed state went back", task);
      expect(!task.desiredState().isBefore(old.desiredState()), "desired state fell", task);
      expect(!old.isAssigned() || old.nodeId().equals(task.nodeId()), "node changed", task);
    }
    long live = 0;
    for (Task other : state.tasksOfSlot(task.serviceId(), task.slot())) {
      live += other.desiredState().atMost(TaskState.RUNNING) ? 1 : 0;
    }
    boolean startsFirst =
        state.service(task.serviceId()).filter(CommitTrace::startsFirst).isPresent();
    expect(live <= (startsFirst ? 2 : 1), live + " live tasks in a slot", task);
  }

  private static boolean startsFirst(Service service) {
    return Defaults.update(service.spec()).order() == UpdateOrder.START_FIRST
        || Defaults.rollback(service.spec()).order() == UpdateOrder.START_FIRST;
  }

  private void expect(boolean holds, String what, Task task) {
    if (!holds) {
      violations.add(what + ": " + task.displayName());
    }
  }
}
