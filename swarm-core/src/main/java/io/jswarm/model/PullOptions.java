// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/** Registry credentials, opaque; empty = none. Hidden from {@link #toString()}. */
public record PullOptions(String registryAuth) {
  public PullOptions {
    requireNonNull(registryAuth, "registryAuth");
  }

  /** No credentials. */
  public static final PullOptions NONE = new PullOptions("");

  @Override
  public String toString() {
    return registryAuth.isEmpty() ? "PullOptions[none]" : "PullOptions[hidden]";
  }
}
