// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import io.jswarm.examples.node.NodeCommand;

/**
 * A node as a process of its own, and the commands with which it is driven: {@code init} and {@code
 * join} start one, the others are carried out by the one that runs on the same data directory.
 */
public final class NodeApp {
  private NodeApp() {}

  /** Runs one command; {@code --help} lists them. */
  public static void main(String[] args) {
    System.exit(NodeCommand.run(args));
  }
}
