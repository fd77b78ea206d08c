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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The smallest engine that makes sense: nodes that accept tasks, constraints, memory, then fewest
 * tasks.
 */
public final class SpreadingTestEngine implements PlacementEngine {
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
    private final Map<String, Long> memory = new HashMap<>();
    private final Map<String, Integer> active = new HashMap<>();

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
      removeTask(task.id());
      if (task.state().atLeast(TaskState.ASSIGNED) && !task.state().isTerminal()) {
        add(task);
      }
    }

    @Override
    public void removeTask(String taskId) {
      Task task = tasks.remove(taskId);
      if (task != null) {
        count(task, -1);
      }
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
                  Comparator.comparing((Node node) -> active(node.id() + task.serviceId()))
                      .thenComparing(node -> active(node.id())));
      if (best.isEmpty()) {
        Reason reason = new Reason("any", nodes.size(), "no room on " + nodes.size() + " nodes");
        return new PlacementDecision.Unplaceable(task, new PlacementExplanation(List.of(reason)));
      }
      add(task.withNodeId(best.get().id()));
      return new PlacementDecision.Placed(task, best.get().id(), List.of());
    }

    private boolean fits(Task task, Node node) {
      long used = memory.getOrDefault(node.id(), 0L);
      return node.acceptsTasks()
          && Constraint.allMatch(task.spec().placement().constraints(), node)
          && used + memory(task) <= node.description().resources().memoryBytes();
    }

    private void add(Task task) {
      tasks.put(task.id(), task);
      count(task, 1);
    }

    private void count(Task task, int sign) {
      memory.merge(task.nodeId(), sign * memory(task), Long::sum);
      if (task.desiredState().atMost(TaskState.COMPLETE)) {
        active.merge(task.nodeId(), sign, Integer::sum);
        active.merge(task.nodeId() + task.serviceId(), sign, Integer::sum);
      }
    }

    private int active(String key) {
      return active.getOrDefault(key, 0);
    }
  }

  private static long memory(Task task) {
    return task.spec().resources().reservations().memoryBytes();
  }
}
