// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * Work for a runtime this library does not know.
 *
 * @param kind at least three characters, neither {@code container} nor {@code attachment}
 * @param typeUrl says how to read the value
 * @param value opaque, not empty
 */
public record GenericRuntimeSpec(String kind, String typeUrl, Payload value)
    implements TaskRuntimeSpec {
  public GenericRuntimeSpec {
    requireNonNull(kind, "kind");
    requireNonNull(typeUrl, "typeUrl");
    requireNonNull(value, "value");
  }
}
