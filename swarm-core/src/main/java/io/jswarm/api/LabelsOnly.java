// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.InvalidSpecException;

/** The rule of objects whose labels alone may change (S1.6). */
final class LabelsOnly {
  private LabelsOnly() {}

  static void require(String what, boolean onlyLabelsChange) {
    if (!onlyLabelsChange) {
      throw new InvalidSpecException(
          what,
          "spec",
          "only labels can change; create a new one under another name and update the services");
    }
  }
}
