// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A secret given to a container.
 *
 * @param target required; null only in specs that validation refuses
 */
public record SecretReference(String id, String name, @Nullable FileTarget target) {
  public SecretReference {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
  }
}
