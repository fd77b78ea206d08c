// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.model.Constraint;
import io.jswarm.model.Defaults;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.RestartPolicy;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateOrder;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.WatchListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Watches every commit of a simulated cluster and collects what must never be: I-2 one wanted task
 * per slot, I-4 placement respects constraints and resources, I-5 states only go forward and a task
 * never changes its node, I-7 restart delay and attempts, I-8 a drained node has no wanted task and
 * nobody else suffers. I-1 and I-17 are checked by the test at the end.
 */
final class ClusterInvariants implements WatchListener {
  /** A task on a lost node may report its end this long after the loss, when the node returns. */
  private static final Duration LOSS_NOTICED = Duration.ofSeconds(10);

  private final List<String> violations = new ArrayList<>();
  private final ArrayDeque<String> trace = new ArrayDeque<>();

  /**
   * When a slot's wanted task ended by itself and on which node, until its replacement is wanted to
   * run.
   */
  private final Map<String, Ended> ended = new HashMap<>();

  /** When a node was last lost, drained or removed: replacements from there need no delay. */
  private final Map<String, Instant> left = new HashMap<>();

  private final Map<String, List<Instant>> restarts = new HashMap<>();

  private record Ended(Instant at, String nodeId, long specVersion) {}

  List<String> violations() {
    return violations;
  }

  /** The last events, for the report of a failing seed. */
  String trace() {
    return String.join("\n", trace);
  }

  @Override
  public void onCommit(Commit commit, ReadView state) {
    Set<String> slots = new HashSet<>();
    Set<String> nodes = new HashSet<>();
    for (StoreEvent event : commit.events()) {
      if (event instanceof StoreEvent.Updated updated && updated.object() instanceof Node node) {
        nodeChanged(commit, (Node) updated.old(), node);
        nodes.add(node.id());
      } else if (event instanceof StoreEvent.Deleted && event.object() instanceof Node node) {
        left.put(node.id(), commit.time());
      }
    }
    for (StoreEvent event : commit.events()) {
      if (event.object() instanceof Task task) {
        note(commit, event);
        if (event instanceof StoreEvent.Updated updated) {
          taskChanged(commit, state, (Task) updated.old(), task);
        } else if (event instanceof StoreEvent.Created) {
          taskCreated(commit, state, task);
        }
        slots.add(task.serviceId() + "/" + task.slot());
        if (task.isAssigned()) {
          nodes.add(task.nodeId());
        }
      }
    }
    slots.forEach(slot -> oneWantedTask(commit, state, slot));
    nodes.forEach(node -> state.node(node).ifPresent(it -> nodeIsRight(commit, state, it)));
  }

  private void nodeChanged(Commit commit, Node old, Node node) {
    boolean gone =
        node.status().state() == NodeState.DOWN
            || node.spec().availability() == NodeAvailability.DRAIN;
    boolean wasGone =
        old.status().state() == NodeState.DOWN
            || old.spec().availability() == NodeAvailability.DRAIN;
    if (gone || wasGone) {
      left.put(node.id(), commit.time());
    }
    if (gone != wasGone || old.status().state() != node.status().state()) {
      remember(
          commit.time()
              + " node "
              + node.name()
              + " "
              + node.status().state()
              + " "
              + node.spec().availability());
    }
  }

  private void taskCreated(Commit commit, ReadView state, Task task) {
    if (task.isAssigned()) {
      assigned(commit, state, task);
    }
  }

  private void taskChanged(Commit commit, ReadView state, Task old, Task task) {
    if (task.state().isBefore(old.state())) {
      violation(
          commit,
          "I-5",
          task,
          "observed state went back from " + old.state() + " to " + task.state());
    }
    if (task.desiredState().isBefore(old.desiredState())) {
      violation(
          commit,
          "I-5",
          task,
          "desired state went back from " + old.desiredState() + " to " + task.desiredState());
    }
    if (old.isAssigned() && !old.nodeId().equals(task.nodeId())) {
      violation(commit, "I-5", task, "moved from node " + old.nodeId() + " to " + task.nodeId());
    }
    if (!old.isAssigned() && task.isAssigned()) {
      assigned(commit, state, task);
    }
    String slot = task.serviceId() + "/" + task.slot();
    if (!old.state().isTerminal()
        && task.state().isTerminal()
        && old.desiredState().atMost(TaskState.RUNNING)) {
      ended.put(slot, new Ended(commit.time(), task.nodeId(), task.specVersion()));
    }
    if (old.desiredState() == TaskState.READY && task.desiredState() == TaskState.RUNNING) {
      startedAgain(commit, state, task, ended.remove(slot));
    }
  }

  /**
   * I-7: a replacement of a task that crashed waits for the delay and counts against the attempts.
   */
  private void startedAgain(Commit commit, ReadView state, Task task, @Nullable Ended before) {
    Service service = state.service(task.serviceId()).orElse(null);
    if (before == null || service == null || before.specVersion() != task.specVersion()) {
      return;
    }
    Instant gone = left.get(before.nodeId());
    RestartPolicy policy = Defaults.restart(task.spec());
    Duration delay = Defaults.restartDelay(task.spec());
    Duration waited = Duration.between(before.at(), commit.time());
    boolean lost = gone != null && !gone.isBefore(before.at().minus(LOSS_NOTICED));
    if (!lost && waited.compareTo(delay) < 0) {
      violation(
          commit, "I-7", task, "started " + waited + " after the crash; the delay is " + delay);
    }
    if (policy.maxAttempts() > 0) {
      List<Instant> times =
          restarts.computeIfAbsent(
              task.serviceId() + "/" + task.slot() + "@" + task.specVersion(),
              key -> new ArrayList<>());
      times.add(commit.time());
      long counted =
          policy.window().isZero()
              ? times.size()
              : times.stream()
                  .filter(at -> at.isAfter(commit.time().minus(policy.window())))
                  .count();
      if (counted > policy.maxAttempts()) {
        violation(commit, "I-7", task, "attempt " + counted + " of " + policy.maxAttempts());
      }
    }
  }

  /** I-4 at the moment of assignment. */
  private void assigned(Commit commit, ReadView state, Task task) {
    Node node = state.node(task.nodeId()).orElse(null);
    if (node == null) {
      violation(commit, "I-4", task, "assigned to a node that does not exist");
      return;
    }
    if (!node.acceptsTasks()) {
      violation(
          commit,
          "I-4",
          task,
          "assigned to node "
              + node.name()
              + " which is "
              + node.status().state()
              + " and "
              + node.spec().availability());
    }
    if (!Constraint.allMatch(task.spec().placement().constraints(), node)) {
      violation(
          commit, "I-4", task, "assigned to node " + node.name() + " against its constraints");
    }
  }

  private void nodeIsRight(Commit commit, ReadView state, Node node) {
    long cpus = 0;
    long memory = 0;
    for (Task task : state.tasksOfNode(node.id())) {
      if (task.state().atMost(TaskState.RUNNING)) {
        cpus += task.spec().resources().reservations().nanoCpus();
        memory += task.spec().resources().reservations().memoryBytes();
      }
      if (node.spec().availability() == NodeAvailability.DRAIN
          && task.desiredState().atMost(TaskState.RUNNING)) {
        violation(commit, "I-8", task, "still wanted on drained node " + node.name());
      }
    }
    if (cpus > node.description().resources().nanoCpus()
        || memory > node.description().resources().memoryBytes()) {
      violations.add(
          commit.time()
              + " I-4 node "
              + node.name()
              + " is over-reserved: "
              + cpus
              + " nanoCPUs, "
              + memory
              + " bytes");
    }
  }

  private void oneWantedTask(Commit commit, ReadView state, String key) {
    int slash = key.indexOf('/');
    int slot = Integer.parseInt(key.substring(slash + 1));
    String serviceId = key.substring(0, slash);
    int wanted = 0;
    for (Task task : state.tasksOfSlot(serviceId, slot)) {
      wanted += task.desiredState().atMost(TaskState.RUNNING) ? 1 : 0;
    }
    boolean startFirst =
        state
            .service(serviceId)
            .map(service -> Defaults.update(service.spec()).order() == UpdateOrder.START_FIRST)
            .orElse(false);
    if (wanted > (startFirst ? 2 : 1)) {
      violations.add(commit.time() + " I-2 slot " + key + " has " + wanted + " wanted tasks");
    }
  }

  private void violation(Commit commit, String invariant, Task task, String text) {
    violations.add(commit.time() + " " + invariant + " task " + task.displayName() + ": " + text);
  }

  private void note(Commit commit, StoreEvent event) {
    Task task = (Task) event.object();
    remember(
        commit.time()
            + " "
            + event.getClass().getSimpleName()
            + " "
            + task.displayName()
            + " on "
            + task.nodeId()
            + " "
            + task.state()
            + " wanted "
            + task.desiredState()
            + " "
            + task.status().error());
  }

  private void remember(String line) {
    trace.add(line);
    if (trace.size() > 400) {
      trace.remove();
    }
  }
}
