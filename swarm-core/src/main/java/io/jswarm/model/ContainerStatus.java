// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What the runtime says about a task's container or process.
 *
 * @param containerId the runtime's own id
 * @param pid 0 = unknown
 * @param exitCode null while it runs
 */
public record ContainerStatus(String containerId, long pid, @Nullable Integer exitCode) {
  public ContainerStatus {
    requireNonNull(containerId, "containerId");
  }
}
