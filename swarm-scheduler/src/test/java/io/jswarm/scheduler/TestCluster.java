// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Node;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementDecision.Placed;
import io.jswarm.spi.PlacementDecision.Unplaceable;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.PlacementExplanation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What a leader does around placement: keeps the content of the cluster, tells a session of each
 * change, and stores what it decides.
 */
final class TestCluster {
  final SortedMap<String, Node> nodes = new TreeMap<>();
  final SortedMap<String, Task> tasks = new TreeMap<>();
  final Map<String, PlacementExplanation> explanations = new HashMap<>();
  final PlacementEngine.Session session = new SpreadPlacementEngine().open();
  Instant now = Given.START;

  TestCluster(Node... nodes) {
    for (Node node : nodes) {
      put(node);
    }
  }

  void put(Node node) {
    nodes.put(node.id(), node);
    session.put(node);
  }

  void update(String nodeId, UnaryOperator<Node> change) {
    put(change.apply(nodes.get(nodeId)));
  }

  void removeNode(String nodeId) {
    nodes.remove(nodeId);
    session.removeNode(nodeId);
  }

  void put(Task task) {
    tasks.put(task.id(), task);
    session.put(task, now);
  }

  void removeTask(String taskId) {
    tasks.remove(taskId);
    session.removeTask(taskId);
  }

  /** Stores that a task was observed in a state. */
  void observe(String taskId, TaskState state) {
    Task task = tasks.get(taskId);
    put(task.withStatus(TaskStatus.of(state, now, "").withApplied("leader", now)));
  }

  void desire(String taskId, TaskState desired) {
    put(tasks.get(taskId).withDesiredState(desired));
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  /** Creates waiting tasks in slots 1 to {@code replicas}, of spec version 1. */
  void service(String name, int replicas, TaskSpec spec) {
    for (int slot = 1; slot <= replicas; slot++) {
      put(Given.task(name, slot, 1, spec));
    }
  }

  /** A task that already runs. */
  void running(String nodeId, Task task) {
    put(Given.in(task.withNodeId(nodeId), TaskState.RUNNING));
  }

  /** {@code count} running tasks of a service of their own each. */
  void runningOthers(String nodeId, int count) {
    for (int i = 0; i < count; i++) {
      String service = "other-" + nodeId + "-" + i;
      running(nodeId, Given.task(service, 1, 1, Given.spec().build()));
    }
  }

  /** What waits: PENDING tasks that are still wanted. */
  List<Task> waiting() {
    return tasks.values().stream()
        .filter(task -> task.state() == TaskState.PENDING)
        .filter(task -> task.desiredState().atMost(TaskState.COMPLETE))
        .toList();
  }

  /** One pass: places what waits and stores the decisions. */
  List<PlacementDecision> place() {
    List<Task> waiting = waiting();
    List<PlacementDecision> decisions = session.place(waiting, now);
    assertThat(decisions)
        .extracting(d -> d.task().id())
        .hasSize(waiting.size())
        .doesNotHaveDuplicates();
    decisions.forEach(this::store);
    return decisions;
  }

  private void store(PlacementDecision decision) {
    if (decision instanceof Placed placed) {
      put(assigned(placed));
      explanations.remove(placed.task().id());
    } else if (decision instanceof Unplaceable unplaceable) {
      explanations.put(unplaceable.task().id(), unplaceable.explanation());
    }
  }

  static Task assigned(Placed placed) {
    return Given.in(
        placed.task().withNodeId(placed.nodeId()).withAssignedGenericResources(placed.generic()),
        TaskState.ASSIGNED);
  }

  /** Live tasks of a service per node, for every node of the cluster. */
  Map<String, Integer> spread(String service) {
    Map<String, Integer> spread = new TreeMap<>();
    nodes.keySet().forEach(id -> spread.put(id, 0));
    for (Task task : tasks.values()) {
      if (task.serviceId().equals(service) && task.isAssigned() && !task.state().isTerminal()) {
        spread.merge(task.nodeId(), 1, Integer::sum);
      }
    }
    return spread;
  }

  String nodeOf(String taskId) {
    return tasks.get(taskId).nodeId();
  }

  /** The explanations of everything that waits, without repetition. */
  List<String> whyWaiting() {
    List<String> texts = new ArrayList<>();
    for (Task task : waiting()) {
      PlacementExplanation explanation = explanations.get(task.id());
      texts.add(task.isAssigned() ? explanation.preassignedText() : explanation.text());
    }
    return texts.stream().distinct().toList();
  }
}
