// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import io.jswarm.InvalidSpecException.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a spec. Not thread-safe. */
final class Violations {
  private final List<Violation> list = new ArrayList<>();

  void add(String path, String message) {
    list.add(new Violation(path, message));
  }

  void when(boolean wrong, String path, String message) {
    if (wrong) {
      add(path, message);
    }
  }

  void notNegative(String path, long value) {
    when(value < 0, path, "must not be negative, not " + value);
  }

  void notNegative(String path, Duration value) {
    when(value.isNegative(), path, "must not be negative, not " + value);
  }

  List<Violation> list() {
    return List.copyOf(list);
  }
}
