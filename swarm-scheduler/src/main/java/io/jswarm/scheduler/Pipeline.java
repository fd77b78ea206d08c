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
import java.util.stream.Stream;

/** The filters that matter to one group of tasks, in the order of S7.3. */
final class Pipeline {
  private final List<Filter> filters;
  private final List<Filter> usedUp;

  private Pipeline(List<Filter> filters) {
    this.filters = filters;
    this.usedUp = filters.stream().filter(Filter::isUsedUp).toList();
  }

  static Pipeline of(TaskGroup group) {
    Task task = group.sample();
    return new Pipeline(
        Stream.of(
                Optional.<Filter>of(new ReadyFilter()),
                ResourceFilter.of(task),
                PluginFilter.of(task),
                ConstraintFilter.of(task),
                PlatformFilter.of(task),
                HostPortFilter.of(task),
                MaxReplicasFilter.of(group))
            .flatMap(Optional::stream)
            .toList());
  }

  /** Whether a node can take one more task. */
  boolean passes(NodeBooks node) {
    return all(filters, node);
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
