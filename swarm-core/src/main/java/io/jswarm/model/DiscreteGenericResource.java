// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/** A number of interchangeable units, for example 4 of SSD. */
public record DiscreteGenericResource(String kind, long value) implements GenericResource {
  public DiscreteGenericResource {
    requireNonNull(kind, "kind");
  }
}
