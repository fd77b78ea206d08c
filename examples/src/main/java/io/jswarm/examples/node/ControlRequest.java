// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import java.util.List;

/**
 * A command line on its way to a node.
 *
 * @param columns width of the client's terminal; 0 = none
 */
record ControlRequest(List<String> args, int columns) {
  ControlRequest {
    args = List.copyOf(args);
  }

  ControlRequest(String[] args, int columns) {
    this(List.of(args), columns);
  }
}
