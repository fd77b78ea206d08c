// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a task waits: which filter stopped how many nodes. Each node is charged to the first filter
 * it failed (S7.3).
 *
 * @param reasons sorted by number of nodes, most first; empty when there are no nodes at all
 */
public record PlacementExplanation(List<Reason> reasons) {
  public PlacementExplanation {
    reasons = List.copyOf(reasons);
  }

  /**
   * One filter's share.
   *
   * @param filter stable name of the filter, such as {@code resources}
   * @param nodes how many nodes it stopped
   * @param message text for people, such as {@code insufficient resources on 2 nodes}
   */
  public record Reason(String filter, int nodes, String message) {}

  /** The text that goes into the task's status error. */
  public String text() {
    return reasons.isEmpty() ? "no suitable node" : "no suitable node (" + joined() + ")";
  }

  /**
   * The same for a task that came with its node (S7.8): what stops it there, without speaking of
   * other nodes.
   */
  public String preassignedText() {
    return reasons.isEmpty() ? "no suitable node" : joined();
  }

  private String joined() {
    return reasons.stream().map(Reason::message).collect(Collectors.joining("; "));
  }
}
