// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks;

/** A benchmark that needs the test kits of other modules; found by {@code ServiceLoader}. */
public interface Benchmark {
  /** The argument that asks for it. */
  String name();

  /** Prints figures. */
  void run();
}
