// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Reservations;
import io.jswarm.model.Task;
import java.util.Optional;

/** What the task reserves is available: reported by the node and not reserved by its tasks. */
final class ResourceFilter implements Filter {
  private final Reservations reservations;

  private ResourceFilter(Reservations reservations) {
    this.reservations = reservations;
  }

  static Optional<Filter> of(Task task) {
    Reservations reservations = task.spec().resources().reservations();
    return reservations.isEmpty()
        ? Optional.empty()
        : Optional.of(new ResourceFilter(reservations));
  }

  @Override
  public String name() {
    return "resources";
  }

  @Override
  public boolean passes(NodeBooks node) {
    return node.availableNanoCpus() >= reservations.nanoCpus()
        && node.availableMemoryBytes() >= reservations.memoryBytes()
        && node.claim(reservations.generic()) != null;
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
    return "insufficient resources on " + Filter.count(nodes);
  }
}
