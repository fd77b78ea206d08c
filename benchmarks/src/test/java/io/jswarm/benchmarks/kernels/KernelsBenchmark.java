// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.kernels;

import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.Fork;
import io.jswarm.benchmarks.Report;

/** Runs all kernels in JVMs of their own and reports nanoseconds. */
public final class KernelsBenchmark implements Benchmark {
  @Override
  public String name() {
    return "kernels";
  }

  @Override
  public void run() {
    Report report = Report.of(name());
    report.line(
        "JMH, one fork, mean of five seconds after three to warm up, and its 99.9 %% error.");
    report.line("The priority queue is the floor: the least an engine could do for a place.");
    report.line("");
    report.line("| kernel | size | ns | ± |");
    report.line("|---|---|---|---|");
    Fork.run(KernelsRun.class, "-Xmx1g").stream()
        .filter(line -> line.startsWith("|"))
        .forEach(line -> report.line("%s", line));
    report.write();
  }
}
