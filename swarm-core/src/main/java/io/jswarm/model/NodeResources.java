// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.List;

/**
 * What a node has to give.
 *
 * @param nanoCpus 1 CPU = 1 000 000 000
 * @param memoryBytes bytes
 * @param generic counted and named resources, in the order reported
 */
public record NodeResources(long nanoCpus, long memoryBytes, List<GenericResource> generic) {
  public NodeResources {
    generic = List.copyOf(generic);
  }

  /** Nothing at all. */
  public static final NodeResources NONE = new NodeResources(0, 0, List.of());

  /** CPUs and bytes without generic resources. */
  public static NodeResources of(double cpus, long memoryBytes) {
    return new NodeResources(Math.round(cpus * 1e9), memoryBytes, List.of());
  }
}
