// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Bookkeeping of the store.
 *
 * @param version the log index of the last write; an update has to carry the version it read (S1.1)
 * @param createdAt set once
 * @param updatedAt set on each write
 */
public record Meta(long version, Instant createdAt, Instant updatedAt) {
  public Meta {
    requireNonNull(createdAt, "createdAt");
    requireNonNull(updatedAt, "updatedAt");
  }

  /** Of an object that was never stored. */
  public static final Meta NONE = new Meta(0, Instant.EPOCH, Instant.EPOCH);

  /** The same for another version: what an update was made from. */
  public Meta withVersion(long version) {
    return new Meta(version, createdAt, updatedAt);
  }
}
