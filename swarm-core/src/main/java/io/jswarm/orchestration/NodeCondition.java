// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.store.ReadView;
import java.util.Optional;

/** Whether tasks may stay on a node. All but {@link #VALID} is what S3.1 calls an invalid node. */
enum NodeCondition {
  /** Tasks stay; also of a node that is paused, unknown or disconnected, and of no node at all. */
  VALID,
  /** The user wants it empty; it still answers and stops what it runs. */
  DRAINED,
  /** Down or removed: nothing is heard of it, and there is nothing to wait for. */
  LOST;

  static NodeCondition of(ReadView view, String nodeId) {
    if (nodeId.isEmpty()) {
      return VALID;
    }
    Optional<Node> node = view.node(nodeId);
    return node.isEmpty() ? LOST : of(node.get());
  }

  static NodeCondition of(Node node) {
    if (node.status().state() == NodeState.DOWN) {
      return LOST;
    }
    return node.spec().availability() == NodeAvailability.DRAIN ? DRAINED : VALID;
  }
}
