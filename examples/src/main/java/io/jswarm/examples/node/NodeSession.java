// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.PermissionDeniedException;
import io.jswarm.Swarm;
import io.jswarm.SwarmNode;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * What a command has while a node carries it out.
 *
 * @param out goes to the client's standard output
 * @param err goes to the client's standard error
 * @param columns width of the client's terminal; 0 = none
 * @param end ends the node's process, after the command
 */
record NodeSession(
    SwarmNode node, Path dataDir, PrintWriter out, PrintWriter err, int columns, Runnable end) {

  /**
   * The node's control API.
   *
   * @throws PermissionDeniedException on a worker
   */
  Swarm swarm() {
    if (!node.isManager()) {
      throw new PermissionDeniedException(
          "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster"
              + " state. Please run this command on a manager node or promote the current node to a"
              + " manager.");
    }
    return node.swarm();
  }
}
