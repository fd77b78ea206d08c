// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/** A resource limit of the operating system, for example {@code nofile}; -1 = unlimited. */
public record Ulimit(String name, long soft, long hard) {
  public Ulimit {
    requireNonNull(name, "name");
  }
}
