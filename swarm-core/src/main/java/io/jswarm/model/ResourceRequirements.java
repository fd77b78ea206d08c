// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Resources of a task.
 *
 * @param swapBytes swap on top of the memory limit; -1 = unlimited, null = twice the memory limit
 *     in total
 * @param memorySwappiness 0 to 100; null = the engine's default
 */
public record ResourceRequirements(
    Limits limits,
    Reservations reservations,
    @Nullable Long swapBytes,
    @Nullable Long memorySwappiness) {
  public ResourceRequirements {
    requireNonNull(limits, "limits");
    requireNonNull(reservations, "reservations");
  }

  /** No limits, no reservations. */
  public static final ResourceRequirements NONE =
      new ResourceRequirements(Limits.NONE, Reservations.NONE, null, null);
}
