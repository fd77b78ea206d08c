// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

/** The node is READY and active. */
final class ReadyFilter implements Filter {
  @Override
  public String name() {
    return "ready";
  }

  @Override
  public boolean passes(NodeBooks node) {
    return node.node().acceptsTasks();
  }

  @Override
  public boolean isUsedUp() {
    return false;
  }

  @Override
  public boolean isOfClass() {
    return true;
  }

  @Override
  public String explain(int nodes) {
    return Filter.count(nodes) + " not available for new tasks";
  }
}
