// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

/** Passes time. */
final class Waiting {
  private Waiting() {}

  static void millis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
