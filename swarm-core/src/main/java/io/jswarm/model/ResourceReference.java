// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/** Something a task depends on beyond its secrets and configs. */
public record ResourceReference(String resourceId, Type type) {
  public ResourceReference {
    requireNonNull(resourceId, "resourceId");
    requireNonNull(type, "type");
  }

  /** Kinds of thing referred to. */
  public enum Type {
    TASK,
    SECRET,
    CONFIG
  }
}
