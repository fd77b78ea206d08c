// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Nothing of the story is taken for granted: each claim is checked, and then told. */
final class Checks {
  private final Narrator narrator;

  Checks(Narrator narrator) {
    this.narrator = narrator;
  }

  /** Tells a claim that holds; ends the story with one that does not. */
  void that(boolean holds, String claim) {
    require(holds, claim);
    narrator.checked(claim);
  }

  /** Tells a claim once it holds; ends the story when it does not for too long. */
  void eventually(Duration patience, BooleanSupplier holds, String claim) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!holds.getAsBoolean()) {
      require(System.nanoTime() < deadline, claim);
      Leftovers.pause(Duration.ofMillis(20));
    }
    narrator.checked(claim);
  }

  /** Tells a claim of which there are no counterexamples. */
  void none(List<String> counterexamples, String claim) {
    require(counterexamples.isEmpty(), claim + ", but found: " + counterexamples);
    narrator.checked(claim);
  }

  /** Fails when a claim does not hold. */
  static void require(boolean holds, String claim) {
    if (!holds) {
      throw new CheckFailed("not true: " + claim);
    }
  }
}
