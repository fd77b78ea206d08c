// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A config given to a container.
 *
 * @param target required; null only in specs that validation refuses
 */
public record ConfigReference(String id, String name, @Nullable ConfigTarget target) {
  public ConfigReference {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
  }
}
