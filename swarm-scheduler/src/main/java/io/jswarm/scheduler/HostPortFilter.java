// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Task;
import java.util.List;
import java.util.Optional;

/** No live task on the node has one of the task's host ports. */
final class HostPortFilter implements Filter {
  private final List<HostPort> ports;

  private HostPortFilter(List<HostPort> ports) {
    this.ports = ports;
  }

  static Optional<Filter> of(Task task) {
    List<HostPort> ports = HostPort.of(task);
    return ports.isEmpty() ? Optional.empty() : Optional.of(new HostPortFilter(ports));
  }

  @Override
  public String name() {
    return "host-ports";
  }

  @Override
  public boolean passes(NodeBooks node) {
    for (HostPort port : ports) {
      if (!node.isFree(port)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean isUsedUp() {
    return true;
  }

  @Override
  public boolean isOfClass() {
    return false;
  }

  @Override
  public String explain(int nodes) {
    return "host-mode port already in use on " + Filter.count(nodes);
  }
}
