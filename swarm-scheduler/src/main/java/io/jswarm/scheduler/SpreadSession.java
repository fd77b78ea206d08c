// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static java.util.Objects.requireNonNull;

import io.jswarm.model.GenericResource;
import io.jswarm.model.Node;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementDecision.Placed;
import io.jswarm.spi.PlacementDecision.Unplaceable;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.PlacementExplanation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The books of one leader (S7.2) and the decisions made from them. A place costs the logarithm of
 * the number of nodes, and a look at each of them only for a group of tasks that outgrows them or
 * finds no place.
 *
 * <p>Where S7.5 walks along the ranked nodes, this always takes the best-ranked one that passes. As
 * a task makes its node worse by one, both end with the same numbers, except that the walk stays on
 * a node when the next one keeps failing, and goes round-robin over failing nodes too.
 */
final class SpreadSession implements PlacementEngine.Session {
  /** Bounds what is remembered of specs. */
  private static final int WISHES_REMEMBERED = 10_000;

  private final Map<String, NodeBooks> nodes = new HashMap<>();
  private final NodeClasses classes = new NodeClasses();
  private final IdentityHashMap<TaskSpec, Wishes> wishes = new IdentityHashMap<>();
  private final Map<String, Booking> bookings = new HashMap<>();
  private final RecentFailures failures = new RecentFailures();

  @Override
  public void put(Node node) {
    NodeBooks books = books(node.id());
    books.describe(node);
    classes.put(books);
  }

  @Override
  public void removeNode(String nodeId) {
    NodeBooks node = nodes.get(nodeId);
    if (node != null) {
      classes.remove(node);
      node.describe(null);
      dropIfEmpty(node);
    }
  }

  @Override
  public void put(Task task, Instant now) {
    Booking before = bookings.get(task.id());
    boolean holdsNode = Booking.holdsNode(task);
    if (before != null && holdsNode && before.isOf(task)) {
      return; // it goes from one state to the next
    }
    release(task.id());
    if (holdsNode) {
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
    for (TaskGroup group : TaskGroup.of(preassigned)) {
      confirm(group, decisions);
    }
    for (TaskGroup group : TaskGroup.of(queue)) {
      place(group, decisions);
    }
    return decisions;
  }

  /** Decides about tasks that come with their nodes (S7.8). */
  private void confirm(TaskGroup group, List<PlacementDecision> decisions) {
    Pipeline pipeline = Pipeline.of(group, wishes(group.sample()));
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
    Wishes wishes = wishes(group.sample());
    Pipeline pipeline = Pipeline.of(group, wishes);
    SpreadTree tree = tree(group, wishes, pipeline);
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

  private SpreadTree tree(TaskGroup group, Wishes wishes, Pipeline pipeline) {
    List<NodeClass> eligible = wishes.eligible(classes);
    Choice choice = new Choice(group.sample(), pipeline, failures);
    SpreadTree tree = new SpreadTree(wishes.preferences(), choice);
    if (!wishes.preferences().isEmpty()) {
      classes.all().forEach(tree::count);
    }
    eligible.forEach(tree::add);
    tree.open();
    return tree;
  }

  /** Tasks of one spec mostly share its instance. */
  private Wishes wishes(Task task) {
    Wishes known = wishes.get(task.spec());
    if (known == null || !known.areOf(task)) {
      if (wishes.size() >= WISHES_REMEMBERED) {
        wishes.clear();
      }
      known = Wishes.of(task);
      wishes.put(task.spec(), known);
    }
    return known;
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
