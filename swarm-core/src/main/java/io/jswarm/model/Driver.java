// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** A driver of a network, volume or secret, with its options. */
public record Driver(String name, Map<String, String> options) {
  public Driver {
    requireNonNull(name, "name");
    options = SortedValues.copyOf(options);
  }
}
