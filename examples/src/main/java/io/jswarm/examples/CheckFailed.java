// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

/** Something is not as it was claimed to be; the message says what was claimed. */
final class CheckFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CheckFailed(String claim) {
    super(claim);
  }
}
