// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * Spread tasks evenly over the values of a label.
 *
 * @param spreadDescriptor {@code node.labels.X} or {@code engine.labels.X}
 */
public record PlacementPreference(String spreadDescriptor) {
  public PlacementPreference {
    requireNonNull(spreadDescriptor, "spreadDescriptor");
  }
}
