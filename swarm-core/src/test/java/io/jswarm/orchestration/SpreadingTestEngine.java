// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Constraint;
import io.jswarm.model.Node;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.PlacementExplanation;
import io.jswarm.spi.PlacementExplanation.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The smallest engine that makes sense: nodes that accept tasks, constraints, memory, then fewest
 * tasks.
 */
final class SpreadingTestEngine implements PlacementEngine {
  /** How many tasks were handed in, one number per call. */
  final List<Integer> passes = new ArrayList<>();

  @Override
  public String name() {
    return "test";
  }

  @Override
  public Session open() {
    return new Books();
  }

  private final class Books implements Session {
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Map<String, Task> tasks = new TreeMap<>();

    @Override
    public void put(Node node) {
      nodes.put(node.id(), node);
    }

    @Override
    public void removeNode(String nodeId) {
      nodes.remove(nodeId);
    }

    @Override
    public void put(Task task, Instant now) {
      boolean counts = task.state().atLeast(TaskState.ASSIGNED) && !task.state().isTerminal();
      if (counts) {
        tasks.put(task.id(), task);
      } else {
        tasks.remove(task.id());
      }
    }

    @Override
    public void removeTask(String taskId) {
      tasks.remove(taskId);
    }

    @Override
    public List<PlacementDecision> place(List<Task> waiting, Instant now) {
      passes.add(waiting.size());
      return waiting.stream().map(this::place).toList();
    }

    private PlacementDecision place(Task task) {
      Optional<Node> best =
          nodes.values().stream()
              .filter(node -> task.nodeId().isEmpty() || task.nodeId().equals(node.id()))
              .filter(node -> fits(task, node))
              .min(
                  Comparator.comparing((Node node) -> active(node, task.serviceId()))
                      .thenComparing(node -> active(node, "")));
      if (best.isEmpty()) {
        Reason reason = new Reason("any", nodes.size(), "no room on " + nodes.size() + " nodes");
        return new PlacementDecision.Unplaceable(task, new PlacementExplanation(List.of(reason)));
      }
      String node = best.get().id();
      tasks.put(task.id(), task.withNodeId(node));
      return new PlacementDecision.Placed(task, node, List.of());
    }

    private boolean fits(Task task, Node node) {
      long used =
          tasks.values().stream()
              .filter(other -> other.nodeId().equals(node.id()))
              .mapToLong(SpreadingTestEngine::memory)
              .sum();
      return node.acceptsTasks()
          && Constraint.allMatch(task.spec().placement().constraints(), node)
          && used + memory(task) <= node.description().resources().memoryBytes();
    }

    private long active(Node node, String serviceId) {
      return tasks.values().stream()
          .filter(task -> task.nodeId().equals(node.id()))
          .filter(task -> task.desiredState().atMost(TaskState.COMPLETE))
          .filter(task -> serviceId.isEmpty() || task.serviceId().equals(serviceId))
          .count();
    }
  }

  private static long memory(Task task) {
    return task.spec().resources().reservations().memoryBytes();
  }
}
