// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Task;
import io.jswarm.spi.PlacementExplanation;
import io.jswarm.spi.PlacementExplanation.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The filters that matter to one group of tasks, in the order of S7.3. */
final class Pipeline {
  private static final Filter READY = new ReadyFilter();

  private final List<Filter> filters = new ArrayList<>();
  private final List<Filter> ofNode = new ArrayList<>();
  private final List<Filter> usedUp = new ArrayList<>();

  private Pipeline(TaskGroup group, Wishes wishes) {
    Task task = group.sample();
    add(Optional.of(READY));
    add(ResourceFilter.of(task));
    add(wishes.plugins());
    add(wishes.constraints());
    add(wishes.platforms());
    add(HostPortFilter.of(task));
    add(MaxReplicasFilter.of(group));
  }

  private void add(Optional<? extends Filter> filter) {
    if (filter.isPresent()) {
      filters.add(filter.get());
      if (!filter.get().isOfClass()) {
        ofNode.add(filter.get());
      }
      if (filter.get().isUsedUp()) {
        usedUp.add(filter.get());
      }
    }
  }

  static Pipeline of(TaskGroup group) {
    return new Pipeline(group, Wishes.of(group.sample()));
  }

  /**
   * The filters of a group.
   *
   * @param wishes those of its tasks
   */
  static Pipeline of(TaskGroup group, Wishes wishes) {
    return new Pipeline(group, wishes);
  }

  /** Whether a node can take one more task. */
  boolean passes(NodeBooks node) {
    return all(filters, node);
  }

  /** The same for a node of a class that is eligible. */
  boolean passesInClass(NodeBooks node) {
    return all(ofNode, node);
  }

  /** The same for a node that passed before and has been given tasks since. */
  boolean stillPasses(NodeBooks node) {
    return all(usedUp, node);
  }

  private static boolean all(List<Filter> filters, NodeBooks node) {
    for (Filter filter : filters) {
      if (!filter.passes(node)) {
        return false;
      }
    }
    return true;
  }

  /** Why none of these nodes passes, each charged to the first filter that stops it. */
  PlacementExplanation explain(Collection<NodeBooks> nodes) {
    int[] stopped = new int[filters.size()];
    for (NodeBooks node : nodes) {
      for (int i = 0; i < stopped.length && node.isKnown(); i++) {
        if (!filters.get(i).passes(node)) {
          stopped[i]++;
          break;
        }
      }
    }
    List<Reason> reasons = new ArrayList<>();
    for (int i = 0; i < stopped.length; i++) {
      if (stopped[i] > 0) {
        Filter filter = filters.get(i);
        reasons.add(new Reason(filter.name(), stopped[i], filter.explain(stopped[i])));
      }
    }
    // A stable sort: equal shares stay in the order of the filters.
    reasons.sort(Comparator.comparingInt(Reason::nodes).reversed());
    return new PlacementExplanation(reasons);
  }
}
