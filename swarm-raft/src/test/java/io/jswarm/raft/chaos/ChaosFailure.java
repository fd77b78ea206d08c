// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

/** Something that a cluster promises did not come true. */
final class ChaosFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ChaosFailure(String message) {
    super(message);
  }
}
