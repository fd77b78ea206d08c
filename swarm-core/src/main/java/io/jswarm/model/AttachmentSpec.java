// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * A task that only holds a network attachment for a container started outside the cluster; never
 * valid in a service.
 */
public record AttachmentSpec(String containerId) implements TaskRuntimeSpec {
  public AttachmentSpec {
    requireNonNull(containerId, "containerId");
  }
}
