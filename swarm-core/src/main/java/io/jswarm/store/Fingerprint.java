// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import java.util.List;

/**
 * A number that stands for a state: a hash over all changes that led to it, in their order. Equal
 * on all managers and in all versions, whatever else they know of the objects. Not a defence
 * against forgery.
 */
final class Fingerprint {
  /** Of the empty store. */
  static final long EMPTY = 0;

  private Fingerprint() {}

  /**
   * What {@code before} becomes with an entry.
   *
   * @param version the entry leads to
   */
  static long after(long before, long version, List<? extends Change> changes) {
    long hash = mixed(before ^ version);
    for (Change change : changes) {
      boolean put = !(change instanceof Change.Remove);
      hash = mixed(hash + change.kind().code() * 2L + (put ? 1 : 0));
      hash = mixed(hash ^ change.id().hashCode());
      hash = mixed(hash + change.version(version));
    }
    return hash;
  }

  /** The finaliser of SplitMix64: every bit depends on every bit. */
  private static long mixed(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
