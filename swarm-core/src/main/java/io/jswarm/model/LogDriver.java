// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** Where a task's output goes. */
public record LogDriver(String name, Map<String, String> options) {
  public LogDriver {
    requireNonNull(name, "name");
    options = SortedValues.copyOf(options);
  }
}
