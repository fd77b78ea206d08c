// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.spi.PlacementEngine;

/**
 * Spreads the tasks of a service over the nodes that can take them (S7): as evenly as possible over
 * the branches of its placement preferences, then over nodes by the number of its own tasks, then
 * by the number of all tasks, then by node id. Nodes where the service keeps failing come last.
 *
 * <p>Straightforward on purpose: each group of tasks looks at each node once. It is the measure of
 * what any faster engine has to decide. Found by {@link java.util.ServiceLoader}.
 *
 * <p>Thread-safety: immutable; its sessions belong to one thread.
 */
public final class SpreadPlacementEngine implements PlacementEngine {
  /** The engine without any settings. */
  public SpreadPlacementEngine() {}

  @Override
  public String name() {
    return "spread";
  }

  @Override
  public Session open() {
    return new SpreadSession();
  }
}
