// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The classes of nodes a group can go to, as a tree with one level for each label to spread over
 * (S7.6); without such labels, one leaf. Places go one at a time to the branch with the fewest
 * tasks of the service at each level, and to the best node of the leaf (S7.5): the same as dividing
 * the tasks over the branches as evenly as possible, and again among the rest when one is full.
 *
 * <p>Branches with equally many tasks are ranked by their best nodes. The order of their labels
 * would put every service of one task into the same branch.
 *
 * <p>Use: {@link #count} and {@link #add} classes, {@link #open}, then {@link #place}.
 */
final class SpreadTree {
  private final List<SpreadKey> keys;
  private final Choice choice;
  private final Branch root;

  SpreadTree(List<SpreadKey> keys, Choice choice) {
    this.keys = keys;
    this.choice = choice;
    this.root = branch(0);
  }

  private Branch branch(int level) {
    return level == keys.size() ? new Leaf(new NodePool(choice)) : new Fork(level);
  }

  /**
   * Counts the tasks of the service in a class, eligible or not: a full node's tasks are in its
   * branch all the same.
   */
  void count(NodeClass nodeClass) {
    int tasks = nodeClass.activeOf(choice.serviceId());
    if (tasks > 0) {
      root.count(nodeClass, tasks);
    }
  }

  /** Adds a class that is eligible. */
  void add(NodeClass nodeClass) {
    root.add(nodeClass);
  }

  /** Ends the building of the tree. */
  void open() {
    root.open();
  }

  /** Whether any node is left. */
  boolean isOpen() {
    return root.isOpen();
  }

  /**
   * Places one task on the best node of the best branch.
   *
   * @param placing places it and says whether the node can take another one
   */
  void place(Predicate<Candidate> placing) {
    root.place(placing);
  }

  /** Nodes that share the values of the labels above. */
  private abstract static class Branch {
    private int tasks;

    void count(NodeClass nodeClass, int tasks) {
      this.tasks += tasks;
    }

    void place(Predicate<Candidate> placing) {
      tasks++;
    }

    abstract void add(NodeClass nodeClass);

    abstract void open();

    abstract boolean isOpen();

    /** The node the next task goes to. */
    abstract Candidate best();

    /** Better first. */
    static int compare(Branch a, Branch b) {
      return a.tasks != b.tasks
          ? Integer.compare(a.tasks, b.tasks)
          : Candidate.compare(a.best(), b.best());
    }
  }

  private static final class Leaf extends Branch {
    private final NodePool nodes;

    Leaf(NodePool nodes) {
      this.nodes = nodes;
    }

    @Override
    void add(NodeClass nodeClass) {
      nodes.add(nodeClass);
    }

    @Override
    void open() {
      nodes.open();
    }

    @Override
    boolean isOpen() {
      return nodes.isOpen();
    }

    @Override
    Candidate best() {
      return nodes.best();
    }

    @Override
    void place(Predicate<Candidate> placing) {
      super.place(placing);
      nodes.place(placing);
    }
  }

  private final class Fork extends Branch {
    private final int level;
    private final Map<String, Branch> byValue = new TreeMap<>();
    private final PriorityQueue<Branch> openBranches = new PriorityQueue<>(Branch::compare);

    Fork(int level) {
      this.level = level;
    }

    private Branch branchOf(NodeClass nodeClass) {
      String value = keys.get(level).value(nodeClass.sample().node());
      return byValue.computeIfAbsent(value, key -> branch(level + 1));
    }

    @Override
    void count(NodeClass nodeClass, int tasks) {
      super.count(nodeClass, tasks);
      branchOf(nodeClass).count(nodeClass, tasks);
    }

    @Override
    void add(NodeClass nodeClass) {
      branchOf(nodeClass).add(nodeClass);
    }

    @Override
    void open() {
      for (Branch branch : byValue.values()) {
        branch.open();
        if (branch.isOpen()) {
          openBranches.add(branch);
        }
      }
    }

    @Override
    boolean isOpen() {
      return !openBranches.isEmpty();
    }

    @Override
    Candidate best() {
      return openBranches.element().best();
    }

    @Override
    void place(Predicate<Candidate> placing) {
      super.place(placing);
      Branch branch = openBranches.remove();
      branch.place(placing);
      if (branch.isOpen()) {
        openBranches.add(branch);
      }
    }
  }
}
