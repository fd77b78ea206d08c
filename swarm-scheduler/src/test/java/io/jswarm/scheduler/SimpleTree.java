// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Node;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The candidate nodes of a group, as a tree with one level for each label to spread over (S7.6);
 * without such labels, one leaf. Places go one at a time to the branch with the fewest tasks of the
 * service at each level, and to the best node of the leaf (S7.5): the same as dividing the tasks
 * over the branches as evenly as possible, and again among the rest when one is full.
 *
 * <p>Branches with equally many tasks are ranked by their best nodes. The order of their labels
 * would put every service of one task into the same branch.
 *
 * <p>Use: {@link #count} and {@link #add} every node, {@link #open}, then {@link #place}.
 */
final class SimpleTree {
  private final List<SpreadKey> keys;
  private final Branch root;

  SimpleTree(List<SpreadKey> keys) {
    this.keys = keys;
    this.root = branch(0);
  }

  private Branch branch(int level) {
    return level == keys.size() ? new Leaf() : new Fork(level);
  }

  /**
   * Counts tasks of the service that are on a node, candidate or not: a full node's tasks are in
   * its branch all the same.
   */
  void count(Node node, int tasks) {
    if (tasks > 0 && !keys.isEmpty()) {
      root.count(node, tasks);
    }
  }

  /** Adds a node that can take at least one task. */
  void add(Candidate candidate) {
    root.add(candidate);
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

    void count(Node node, int tasks) {
      this.tasks += tasks;
    }

    void place(Predicate<Candidate> placing) {
      tasks++;
    }

    abstract void add(Candidate candidate);

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
    private final PriorityQueue<Candidate> nodes = new PriorityQueue<>(Candidate::compare);

    @Override
    void add(Candidate candidate) {
      nodes.add(candidate);
    }

    @Override
    void open() {}

    @Override
    boolean isOpen() {
      return !nodes.isEmpty();
    }

    @Override
    Candidate best() {
      return nodes.element();
    }

    @Override
    void place(Predicate<Candidate> placing) {
      super.place(placing);
      Candidate node = nodes.remove();
      if (placing.test(node)) {
        nodes.add(node);
      }
    }
  }

  private final class Fork extends Branch {
    private final int level;
    private final Map<String, Branch> byValue = new TreeMap<>();
    private final PriorityQueue<Branch> openBranches = new PriorityQueue<>(Branch::compare);

    Fork(int level) {
      this.level = level;
    }

    private Branch branchOf(Node node) {
      return byValue.computeIfAbsent(keys.get(level).value(node), value -> branch(level + 1));
    }

    @Override
    void count(Node node, int tasks) {
      super.count(node, tasks);
      branchOf(node).count(node, tasks);
    }

    @Override
    void add(Candidate candidate) {
      branchOf(candidate.node().node()).add(candidate);
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
