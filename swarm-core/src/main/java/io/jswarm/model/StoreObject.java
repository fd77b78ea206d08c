// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/**
 * Anything the store keeps: a spec (what the user wants), runtime fields (what the managers decided
 * or saw) and {@link Meta}.
 */
public sealed interface StoreObject permits Cluster, Node, Service, Task, Network, Secret, Config {
  /** The opaque id: 25 characters of base 36, never re-used (S1.1). */
  String id();

  /** Version and times of the last write; {@link Meta#NONE} before the first. */
  Meta meta();

  /** The table this object belongs to. */
  Kind kind();

  /**
   * The name users know it by; unique per kind without regard to case, except for nodes and tasks.
   */
  String name();

  /** The same object with other meta data; only the store calls this. */
  StoreObject withMeta(Meta meta);
}
