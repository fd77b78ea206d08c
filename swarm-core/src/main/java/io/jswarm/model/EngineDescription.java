// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * The engine behind a node's task runtime.
 *
 * @param labels {@code engine.labels.*} in constraints
 * @param plugins what it can load; empty = not reported
 */
public record EngineDescription(String version, Map<String, String> labels, List<Plugin> plugins) {
  public EngineDescription {
    requireNonNull(version, "version");
    labels = SortedValues.copyOf(labels);
    plugins = List.copyOf(plugins);
  }

  /** No engine was reported. */
  public static final EngineDescription NONE = new EngineDescription("", Map.of(), List.of());

  /** Something an engine can load, for example type {@code Volume}, name {@code local}. */
  public record Plugin(String type, String name) {
    public Plugin {
      requireNonNull(type, "type");
      requireNonNull(name, "name");
    }
  }
}
