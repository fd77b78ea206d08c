// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * A file in the container.
 *
 * @param name path; relative ones lie under {@code /run/secrets} for secrets and under {@code /}
 *     for configs
 * @param mode permission bits, for example {@code 0444}
 */
public record FileTarget(String name, String uid, String gid, int mode) implements ConfigTarget {
  public FileTarget {
    requireNonNull(name, "name");
    requireNonNull(uid, "uid");
    requireNonNull(gid, "gid");
  }

  /** A file that all may read, owned by root. */
  public static FileTarget named(String name) {
    return new FileTarget(name, "0", "0", 0444);
  }
}
