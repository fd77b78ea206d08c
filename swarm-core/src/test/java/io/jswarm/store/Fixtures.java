// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Node;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Instant;

/** Small objects for store tests. */
final class Fixtures {
  static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private Fixtures() {}

  static Service service(String id, String name) {
    return Service.of(id, ServiceSpec.replicated(name, 1).image("nginx").build());
  }

  static Secret secret(String id, String name, int bytes) {
    return Secret.of(id, SecretSpec.of(name, new byte[bytes]));
  }

  static Node node(String id) {
    return Node.of(id, NodeSpec.worker());
  }

  static Task task(String id, Service service, int slot, String nodeId) {
    return Task.builder(
            id,
            service.spec().task(),
            TaskStatus.of(TaskState.NEW, NOW, "created"),
            TaskState.RUNNING)
        .serviceId(service.id())
        .serviceName(service.name())
        .slot(slot)
        .nodeId(nodeId)
        .build();
  }
}
