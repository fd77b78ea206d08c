// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * What the dispatcher knows about a node.
 *
 * @param addr the address the agent came from; empty before its first session
 */
public record NodeStatus(NodeState state, String message, String addr) {
  public NodeStatus {
    requireNonNull(state, "state");
    requireNonNull(message, "message");
    requireNonNull(addr, "addr");
  }

  /** Of a node that never opened a session. */
  public static final NodeStatus UNKNOWN = new NodeStatus(NodeState.UNKNOWN, "", "");
}
