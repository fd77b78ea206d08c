// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.spi.PlacementEngine;

/**
 * Straightforward on purpose: each group of tasks looks at each node once. The measure of what
 * {@link SpreadPlacementEngine} has to decide.
 */
final class SimplePlacementEngine implements PlacementEngine {
  @Override
  public String name() {
    return "simple";
  }

  @Override
  public Session open() {
    return new SimpleSession();
  }
}
