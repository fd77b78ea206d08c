// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import io.jswarm.Swarm;
import io.jswarm.SwarmNode;
import io.jswarm.model.ServiceSpec;
import java.time.Duration;

/** The shortest cluster with a service; the code in the README is cut from here. */
public final class FirstService {

  private FirstService() {}

  /** Runs three tasks, then five, then all of them on one node, then none. */
  public static void main(String[] args) {
    // README: begin
    try (SwarmNode manager = SwarmNode.builder().asManager().start();
        SwarmNode worker = SwarmNode.builder().asWorker().join(manager).start()) {
      Swarm swarm = manager.swarm();
      ServiceSpec hello =
          ServiceSpec.replicated("hello", 3)
              .image("busybox")
              .command("sh", "-c", "echo I am task $SLOT; exec sleep 600")
              .env("SLOT", "{{.Task.Slot}}")
              .build();
      swarm.services().create(hello).await();
      swarm.services().awaitConverged("hello", Duration.ofMinutes(1)).await();
      swarm.services().scale("hello", 5).await();
      swarm.nodes().drain(worker.id()).await();
      System.out.println(
          swarm.services().awaitConverged("hello", Duration.ofMinutes(1)).await().text());
    }
    // README: end
  }
}
