// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

/**
 * A node that passes the filters of a group, with its rank for that group (S7.5): no repeated
 * failures, then few tasks of the service, then few tasks at all, then the node id.
 */
final class Candidate {
  private final NodeBooks node;
  private final int penalty;
  private final boolean hasService;
  private int ofService;
  private int ofAll;

  Candidate(NodeBooks node, String serviceId, int penalty) {
    this.node = node;
    this.penalty = penalty;
    this.hasService = !serviceId.isEmpty();
    this.ofService = serviceId.isEmpty() ? 0 : node.activeOf(serviceId);
    this.ofAll = node.active();
  }

  NodeBooks node() {
    return node;
  }

  /** Counts a task of the group placed here. Not while in an ordered collection. */
  void add() {
    ofService += hasService ? 1 : 0;
    ofAll++;
  }

  /** Better first. */
  static int compare(Candidate a, Candidate b) {
    int result = Integer.compare(a.penalty, b.penalty);
    if (result == 0) {
      result = Integer.compare(a.ofService, b.ofService);
    }
    if (result == 0) {
      result = Integer.compare(a.ofAll, b.ofAll);
    }
    return result != 0 ? result : a.node.id().compareTo(b.node.id());
  }
}
