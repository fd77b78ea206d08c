// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.List;

/**
 * What a node must have free for a task.
 *
 * @param nanoCpus 0 = none, else at least 1 000 000
 * @param memoryBytes 0 = none, else at least 4 MiB
 * @param generic counts, or sets of named values
 */
public record Reservations(long nanoCpus, long memoryBytes, List<GenericResource> generic) {
  public Reservations {
    generic = List.copyOf(generic);
  }

  /** Nothing reserved. */
  public static final Reservations NONE = new Reservations(0, 0, List.of());

  /** Whether nothing is reserved. */
  public boolean isEmpty() {
    return nanoCpus == 0 && memoryBytes == 0 && generic.isEmpty();
  }
}
