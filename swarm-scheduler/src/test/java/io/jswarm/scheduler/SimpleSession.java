// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static java.util.Objects.requireNonNull;

import io.jswarm.model.GenericResource;
import io.jswarm.model.Node;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementDecision.Placed;
import io.jswarm.spi.PlacementDecision.Unplaceable;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.PlacementExplanation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: the books of one leader (S7.2) and the decisions made from them. A place costs a look
 * at each node per group of tasks, then the logarithm of the number of candidates per task.
 *
 * <p>Where S7.5 walks along the ranked nodes, this always takes the best-ranked one that passes. As
 * a task makes its node worse by one, both end with the same numbers, except that the walk stays on
 * a node when the next one keeps failing, and goes round-robin over failing nodes too.
 */
final class SimpleSession implements PlacementEngine.Session {
  private final SortedMap<String, NodeBooks> nodes = new TreeMap<>();
  private final Map<String, Booking> bookings = new HashMap<>();
  private final RecentFailures failures = new RecentFailures();

  @Override
  public void put(Node node) {
    books(node.id()).describe(node);
  }

  @Override
  public void removeNode(String nodeId) {
    NodeBooks node = nodes.get(nodeId);
    if (node != null) {
      node.describe(null);
      dropIfEmpty(node);
    }
  }

  @Override
  public void put(Task task, Instant now) {
    Booking before = release(task.id());
    if (Booking.holdsNode(task)) {
      NodeBooks node = books(task.nodeId());
      book(
          task,
          new Booking(task, node, task.assignedGenericResources(), isPreassigned(task, before)));
    } else if (hasFailed(task) && !isPreassigned(task, before)) {
      Instant at = failedAt(task, before, now);
      if (at != null) {
        failures.record(task, at, now);
      }
    }
  }

  @Override
  public void removeTask(String taskId) {
    release(taskId);
  }

  @Override
  public List<PlacementDecision> place(List<Task> waiting, Instant now) {
    failures.expire(now);
    List<Task> preassigned = new ArrayList<>();
    List<Task> queue = new ArrayList<>();
    for (Task task : waiting) {
      release(task.id()); // what waits holds nothing, whatever was decided about it before
      (task.isAssigned() ? preassigned : queue).add(task);
    }
    List<PlacementDecision> decisions = new ArrayList<>(waiting.size());
    for (TaskGroup group : groups(preassigned)) {
      confirm(group, decisions);
    }
    for (TaskGroup group : groups(queue)) {
      place(group, decisions);
    }
    return decisions;
  }

  /** Tasks without a service or a spec version each for itself. */
  private static Collection<TaskGroup> groups(List<Task> tasks) {
    Map<Object, TaskGroup> groups = new LinkedHashMap<>();
    for (Task task : tasks) {
      Object key = task.hasService() && task.specVersion() != 0 ? SpecKey.of(task) : task.id();
      TaskGroup group = groups.computeIfAbsent(key, k -> new TaskGroup(task));
      if (!group.accepts(task)) {
        group = groups.computeIfAbsent(task.id(), k -> new TaskGroup(task));
      }
      group.add(task);
    }
    return groups.values();
  }

  /** Decides about tasks that come with their nodes (S7.8). */
  private void confirm(TaskGroup group, List<PlacementDecision> decisions) {
    Pipeline pipeline = Pipeline.of(group);
    for (Task task : group.tasks()) {
      NodeBooks node = nodes.get(task.nodeId());
      if (node != null && node.isKnown() && pipeline.passes(node)) {
        decisions.add(assign(task, node));
      } else {
        List<NodeBooks> asked = node != null ? List.of(node) : List.of();
        decisions.add(new Unplaceable(task, pipeline.explain(asked)));
      }
    }
  }

  /** Finds nodes for tasks that are all alike. */
  private void place(TaskGroup group, List<PlacementDecision> decisions) {
    Pipeline pipeline = Pipeline.of(group);
    SimpleTree tree = candidates(group, pipeline);
    Iterator<Task> queue = group.tasks().iterator();
    while (queue.hasNext() && tree.isOpen()) {
      tree.place(
          candidate -> {
            decisions.add(assign(queue.next(), candidate.node()));
            candidate.add();
            return pipeline.stillPasses(candidate.node());
          });
    }
    if (queue.hasNext()) {
      PlacementExplanation explanation = pipeline.explain(nodes.values());
      queue.forEachRemaining(task -> decisions.add(new Unplaceable(task, explanation)));
    }
  }

  private SimpleTree candidates(TaskGroup group, Pipeline pipeline) {
    Task task = group.sample();
    SpecKey spec = SpecKey.of(task);
    SimpleTree tree = new SimpleTree(SpreadKey.of(task.spec().placement()));
    for (NodeBooks node : nodes.values()) {
      if (!node.isKnown()) {
        continue;
      }
      tree.count(node.node(), node.activeOf(task.serviceId()));
      if (pipeline.passes(node)) {
        tree.add(new Candidate(node, task.serviceId(), failures.penalty(node.id(), spec)));
      }
    }
    tree.open();
    return tree;
  }

  private PlacementDecision assign(Task task, NodeBooks node) {
    List<GenericResource> claims =
        requireNonNull(node.claim(task.spec().resources().reservations().generic()));
    book(task, new Booking(task, node, claims, task.isAssigned()));
    return new Placed(task, node.id(), claims);
  }

  private void book(Task task, Booking booking) {
    booking.node().book(booking);
    bookings.put(task.id(), booking);
  }

  private @Nullable Booking release(String taskId) {
    Booking booking = bookings.remove(taskId);
    if (booking != null) {
      booking.node().release(booking);
      dropIfEmpty(booking.node());
    }
    return booking;
  }

  private NodeBooks books(String nodeId) {
    return nodes.computeIfAbsent(nodeId, NodeBooks::new);
  }

  private void dropIfEmpty(NodeBooks node) {
    if (node.isEmpty()) {
      nodes.remove(node.id());
    }
  }

  private static boolean hasFailed(Task task) {
    return task.isAssigned()
        && task.hasService()
        && (task.state() == TaskState.FAILED || task.state() == TaskState.REJECTED);
  }

  /**
   * Whether the task was given its node by its orchestrator, so that its failures say nothing about
   * a choice of nodes. Known of tasks placed here; of others slot 0 tells, which a replicated job
   * has too: the price is that one slot's failures before a change of leaders.
   */
  private static boolean isPreassigned(Task task, @Nullable Booking before) {
    return before != null ? before.isPreassigned() : task.slot() == 0;
  }

  /**
   * When a failure happened: when its report was stored, so that a new leader, who is told of tasks
   * that failed before its time, comes to the same counts. Null if that cannot be known.
   */
  private static @Nullable Instant failedAt(Task task, @Nullable Booking before, Instant now) {
    Instant stored = task.status().appliedAt();
    if (stored != null) {
      return stored.isBefore(now) ? stored : now;
    }
    return before != null ? now : null;
  }
}
