// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.control.Component;
import io.jswarm.control.ControlLoop;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.Commit;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plays all nodes: carries out what is committed for them, each image in its own way, and reports
 * as a dispatcher would. Nodes can fall silent, and a test can report for a task by hand.
 */
final class TestAgents implements Component {
  private static final Duration REPORT_AGAIN = Duration.ofMillis(500);

  private final EventLoop loop;
  private final Map<String, Behaviour> behaviours = new HashMap<>();
  private final Set<String> silent = new HashSet<>();
  private final Set<String> underWay = new HashSet<>();
  private boolean idle;
  private @Nullable ControlLoop control;

  TestAgents(EventLoop loop) {
    this.loop = loop;
  }

  void connect(ControlLoop control) {
    this.control = control;
  }

  void behave(String image, Behaviour behaviour) {
    behaviours.put(image, behaviour);
  }

  /** From now on tasks move only when the test reports for them. */
  void idle() {
    idle = true;
  }

  void silence(String nodeId) {
    silent.add(nodeId);
  }

  /** The node speaks again; what it did not report is done anew. */
  void revive(String nodeId, Iterable<Task> tasks) {
    silent.remove(nodeId);
    for (Task task : tasks) {
      underWay.removeIf(step -> step.endsWith(task.id()));
      act(task);
    }
  }

  /**
   * Reports a state as the dispatcher applies reports: never backwards (S2.2). Repeated until it is
   * stored, as an agent does.
   */
  void report(String taskId, TaskState state, String message) {
    if (control == null) {
      throw new IllegalStateException("not connected");
    }
    control
        .write(
            tx -> {
              Task task = tx.task(taskId).orElse(null);
              if (task != null && task.state().isBefore(state)) {
                tx.update(
                    task.withStatus(
                        task.status()
                            .advance(state, tx.now(), message)
                            .withApplied("leader", tx.now())));
              }
              return true;
            })
        .exceptionally(
            error -> {
              loop.schedule(REPORT_AGAIN, () -> report(taskId, state, message));
              return false;
            });
  }

  @Override
  public String name() {
    return "test-agents";
  }

  @Override
  public void start(Tx tx) {
    tx.tasks().forEach(this::act);
  }

  @Override
  public void onEvent(StoreEvent event) {}

  @Override
  public void reconcile(Tx tx) {}

  @Override
  public void onCommit(Commit commit) {
    for (StoreEvent event : commit.events()) {
      if (event.object() instanceof Task task && !(event instanceof StoreEvent.Deleted)) {
        act(task);
      }
    }
  }

  @Override
  public void stop() {}

  private void act(Task task) {
    if (idle || task.state().isBefore(TaskState.ASSIGNED) || task.state().isTerminal()) {
      return;
    }
    Behaviour behaviour = behaviour(task);
    if (task.desiredState().isAfter(TaskState.COMPLETE)) {
      later("stop", task, behaviour.stop(), TaskState.SHUTDOWN);
    } else if (task.state().isBefore(TaskState.READY)) {
      later("prepare", task, behaviour.prepare(), behaviour.prepared());
    } else if (task.state() == TaskState.READY && task.desiredState().atLeast(TaskState.RUNNING)) {
      boolean crashesAtOnce = behaviour.endsByItself() && behaviour.runs().isZero();
      later("start", task, behaviour.start(), crashesAtOnce ? behaviour.ends() : TaskState.RUNNING);
    } else if (task.state() == TaskState.RUNNING && behaviour.endsByItself()) {
      later("run", task, behaviour.runs(), behaviour.ends());
    }
  }

  private void later(String step, Task task, Duration delay, TaskState state) {
    if (underWay.add(step + task.id())) {
      loop.schedule(
          delay,
          () -> {
            if (!silent.contains(task.nodeId())) {
              report(task.id(), state, step + " done");
            }
          });
    }
  }

  private Behaviour behaviour(Task task) {
    String image = task.spec().container().map(ContainerSpec::image).orElse("");
    return behaviours.getOrDefault(image, Behaviour.GOOD);
  }
}
