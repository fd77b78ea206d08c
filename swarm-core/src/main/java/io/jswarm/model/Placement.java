// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.List;

/**
 * Where tasks may and should go.
 *
 * @param constraints all must hold; see {@link Constraint}
 * @param preferences in order of weight
 * @param platforms any of them; empty = any at all
 * @param maxReplicas tasks of the service per node; 0 = no limit
 */
public record Placement(
    List<String> constraints,
    List<PlacementPreference> preferences,
    List<Platform> platforms,
    long maxReplicas) {
  public Placement {
    constraints = List.copyOf(constraints);
    preferences = List.copyOf(preferences);
    platforms = List.copyOf(platforms);
  }

  /** Anywhere. */
  public static final Placement ANYWHERE = new Placement(List.of(), List.of(), List.of(), 0);
}
