// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * Operating system and processor; an empty text means unknown for a node and any for a requirement.
 */
public record Platform(String os, String architecture) {
  public Platform {
    requireNonNull(os, "os");
    requireNonNull(architecture, "architecture");
  }

  /** Nothing known, or anything goes. */
  public static final Platform ANY = new Platform("", "");
}
