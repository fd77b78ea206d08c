// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

/** One reason why a node cannot take a task; made for one group of equal tasks. */
interface Filter {
  /** Stable name, for explanations. */
  String name();

  /** Whether the node, as its books stand now, can take one more task of the group. */
  boolean passes(NodeBooks node);

  /**
   * Whether a node that passes may stop to pass by being given a task. What does not is asked once
   * per node and group.
   */
  boolean isUsedUp();

  /** Whether it says the same of all nodes of a class ({@link Traits}). */
  boolean isOfClass();

  /** Says that this filter stopped that many nodes. */
  String explain(int nodes);

  /** {@code 1 node}, {@code 2 nodes}. */
  static String count(int nodes) {
    return nodes == 1 ? "1 node" : nodes + " nodes";
  }
}
