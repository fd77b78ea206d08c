// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.PublishMode;
import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.List;

/** A port of the node itself that a task takes for as long as it lives. */
record HostPort(Protocol protocol, int port) {
  /** The host ports a task takes; a port of 0 is chosen by the node and never in conflict. */
  static List<HostPort> of(Task task) {
    List<PortConfig> ports = task.endpoint().ports();
    if (ports.isEmpty()) {
      return List.of();
    }
    List<HostPort> taken = new ArrayList<>();
    for (PortConfig port : ports) {
      if (port.publishMode() == PublishMode.HOST && port.publishedPort() != 0) {
        taken.add(new HostPort(port.protocol(), port.publishedPort()));
      }
    }
    return taken;
  }
}
