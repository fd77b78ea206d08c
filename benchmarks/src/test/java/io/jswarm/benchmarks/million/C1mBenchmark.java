// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.Fork;
import io.jswarm.benchmarks.Report;

/**
 * A million tasks: 1 000 services of 1 000 replicas on 5 000 nodes, from the call of the API to
 * RUNNING committed for all of them, in a JVM of 4 GB; with the log in memory, and with three
 * managers that write to disk.
 */
public final class C1mBenchmark implements Benchmark {
  @Override
  public String name() {
    return "c1m";
  }

  @Override
  public void run() {
    Report report = Report.of(name());
    report.line(
        "API create, commit, placement, assignment at the simulated agents, RUNNING reported");
    report.line("and committed. Each manager has a heap of 4 GB in large pages, and G1. Nomad's");
    report.line("published C1M: five servers, 5 minutes to place.");
    report.line("");
    for (String raft : new String[] {"false", "true"}) {
      report.line(raft.equals("true") ? "Three managers, each on disk:" : "Log in memory:");
      report.line("");
      Fork.run(C1mRun.class, "-Xmx4g -Xms4g" + Fork.LARGE_PAGES, raft).stream()
          .filter(line -> !line.startsWith("WARN")) // of the pause for the last figure
          .forEach(line -> report.line("- %s", line));
      report.line("");
    }
    report.write();
  }
}
