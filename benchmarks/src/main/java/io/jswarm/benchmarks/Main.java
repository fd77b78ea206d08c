// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Runs the benchmark named by the first argument. */
public final class Main {
  private Main() {}

  /** Prints figures; ends with code 2 when there is no such benchmark. */
  public static void main(String[] args) {
    Map<String, Runnable> benchmarks =
        new TreeMap<>(Map.of("latency", LatencyBenchmark::run, "store", StoreBenchmark::run));
    for (Benchmark more : ServiceLoader.load(Benchmark.class)) {
      benchmarks.put(more.name(), more::run);
    }
    Runnable benchmark = args.length == 1 ? benchmarks.get(args[0]) : null;
    if (benchmark == null) {
      System.err.println("name one benchmark with -Dexec.args=NAME: " + benchmarks.keySet());
      System.err.println("in Maven's phase test-compile instead of compile there are more");
      System.exit(2);
    } else {
      benchmark.run();
    }
  }
}
