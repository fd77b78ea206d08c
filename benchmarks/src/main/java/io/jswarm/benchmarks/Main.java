// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks;

import java.util.Map;
import java.util.TreeMap;

/** Runs the benchmark named by the first argument. */
public final class Main {
  private static final Map<String, Runnable> BENCHMARKS =
      new TreeMap<>(Map.of("latency", LatencyBenchmark::run, "store", StoreBenchmark::run));

  private Main() {}

  /** Prints figures; ends with code 2 when there is no such benchmark. */
  public static void main(String[] args) {
    Runnable benchmark = args.length == 1 ? BENCHMARKS.get(args[0]) : null;
    if (benchmark == null) {
      System.err.println("name one benchmark with -Dexec.args=NAME: " + BENCHMARKS.keySet());
      System.exit(2);
    } else {
      benchmark.run();
    }
  }
}
