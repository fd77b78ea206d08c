// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of some classes, from which a group of tasks takes one after the other (S7.5). As long
 * as there are nodes without a task of the service, the best comes from each class's {@link
 * Tournament}. After that, or once the search has cost as much, all are ranked once.
 */
final class NodePool {
  private final Choice choice;
  private final List<NodeClass> classes = new ArrayList<>();
  private final PriorityQueue<Front> fronts = new PriorityQueue<>(Front::compare);

  private Tournament.@Nullable Search search;

  /** All nodes that can take a task, once the fronts are no use any more. */
  private @Nullable PriorityQueue<Candidate> ranked;

  NodePool(Choice choice) {
    this.choice = choice;
  }

  void add(NodeClass nodeClass) {
    classes.add(nodeClass);
  }

  /** Ends the adding of classes. */
  void open() {
    search = choice.fresh(classes.stream().mapToInt(each -> each.nodes().size()).sum());
    classes.forEach(this::advance);
    if (fronts.isEmpty()) {
      rank();
    }
  }

  boolean isOpen() {
    return !fronts.isEmpty() || (ranked != null && !ranked.isEmpty());
  }

  /** The node the next task goes to. */
  Candidate best() {
    return ranked != null ? ranked.element() : fronts.element().best();
  }

  /**
   * Places a task on the best node.
   *
   * @param placing places it and says whether the node can take another one
   */
  void place(Predicate<Candidate> placing) {
    if (ranked != null) {
      Candidate node = ranked.remove();
      if (placing.test(node)) {
        ranked.add(node);
      }
      return;
    }
    Front front = fronts.remove();
    boolean unused = placing.test(front.best()); // it is fresh no more, or looked at anew
    advance(front.nodeClass());
    if (fronts.isEmpty()) {
      rank();
    }
  }

  private void advance(NodeClass nodeClass) {
    if (ranked == null && search != null) {
      NodeBooks best = nodeClass.nodes().best(search);
      if (search.gaveUp()) {
        rank();
      } else if (best != null) {
        fronts.add(new Front(nodeClass, choice.rank(best)));
      }
    }
  }

  private void rank() {
    if (ranked != null) {
      return;
    }
    fronts.clear();
    PriorityQueue<Candidate> all = new PriorityQueue<>(Candidate::compare);
    for (NodeClass each : classes) {
      for (int seat = 0; seat < each.nodes().size(); seat++) {
        NodeBooks node = each.nodes().get(seat);
        if (choice.canTake(node)) {
          all.add(choice.rank(node));
        }
      }
    }
    ranked = all;
  }

  /** The best fresh node of one class. */
  private record Front(NodeClass nodeClass, Candidate best) {
    static int compare(Front a, Front b) {
      return Candidate.compare(a.best, b.best);
    }
  }
}
