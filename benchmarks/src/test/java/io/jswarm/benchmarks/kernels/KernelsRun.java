// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.kernels;

import io.jswarm.benchmarks.Fork;
import java.util.Locale;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs JMH where the class path is that of the benchmarks, and prints a line for each kernel. */
final class KernelsRun {
  private KernelsRun() {}

  /** Runs all kernels of this package. */
  public static void main(String[] args) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include("\\.kernels\\.\\w+Kernel\\.")
            .mode(Mode.AverageTime)
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1))
            .timeUnit(java.util.concurrent.TimeUnit.NANOSECONDS)
            .jvmArgs("-Xmx4g", "-Xms4g", Fork.LARGE_PAGES.strip())
            .shouldFailOnError(true)
            .verbosity(VerboseMode.EXTRA)
            .build();
    for (RunResult result : new Runner(options).run()) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %,d | %,.0f | %,.0f |%n",
          words(result.getPrimaryResult().getLabel()),
          Long.parseLong(result.getParams().getParam("size")),
          result.getPrimaryResult().getScore(),
          result.getPrimaryResult().getScoreError());
    }
  }

  /** What a method's name says. */
  private static String words(String name) {
    return name.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
  }
}
