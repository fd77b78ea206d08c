// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.Fork;
import io.jswarm.benchmarks.Report;

/** What a running task costs in the heap of a manager, of a million on 5 000 nodes. */
public final class MemoryBenchmark implements Benchmark {
  @Override
  public String name() {
    return "memory";
  }

  @Override
  public void run() {
    Report report = Report.of(name());
    report.line("After all tasks of `c1m` run, simulated agents included; the largest classes.");
    report.line("");
    Fork.run(C1mRun.class, "-Xmx4g -Xms4g -Dbench.histogram=true", "false").stream()
        .filter(line -> line.contains("/task"))
        .forEach(line -> report.line("- %s", line));
    report.write();
  }
}
