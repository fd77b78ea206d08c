// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/** One named unit, for example GPU {@code uuid-1}. */
public record NamedGenericResource(String kind, String value) implements GenericResource {
  public NamedGenericResource {
    requireNonNull(kind, "kind");
    requireNonNull(value, "value");
  }
}
