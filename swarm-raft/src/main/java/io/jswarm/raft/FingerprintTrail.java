// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.UnavailableException;

/**
 * The fingerprints of the latest states, to compare with those of the leader. A manager whose state
 * differs from the leader's at the same position has lost or invented something; it must not go on.
 * On the owner only.
 */
final class FingerprintTrail {
  private static final int LENGTH = 4_096;

  private final long[] positions = new long[LENGTH];
  private final long[] fingerprints = new long[LENGTH];
  private int next;

  FingerprintTrail() {
    java.util.Arrays.fill(positions, -1);
  }

  void add(long position, long fingerprint) {
    positions[next] = position;
    fingerprints[next] = fingerprint;
    next = (next + 1) % LENGTH;
  }

  /** What was before does not matter any more. */
  void restart(long position, long fingerprint) {
    java.util.Arrays.fill(positions, -1);
    add(position, fingerprint);
  }

  /**
   * Compares; a position of which nothing is known here is passed over.
   *
   * @throws UnavailableException when the states differ
   */
  void check(LogCommand.Marker marker) {
    for (int i = 0; i < LENGTH; i++) {
      if (positions[i] == marker.position() && fingerprints[i] != marker.fingerprint()) {
        throw new UnavailableException(
            "this manager's state differs from the leader's at position "
                + marker.position()
                + ": "
                + Long.toHexString(fingerprints[i])
                + " here, "
                + Long.toHexString(marker.fingerprint())
                + " there; it stops, so that nobody reads from it. Start it with an empty log");
      }
    }
  }
}
