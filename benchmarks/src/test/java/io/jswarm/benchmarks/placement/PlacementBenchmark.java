// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.placement;

import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.Fork;
import io.jswarm.benchmarks.Report;
import java.util.List;
import java.util.Locale;

/** Each row of SwarmKit's table: a cold first run in a JVM of its own, and the median of five. */
public final class PlacementBenchmark implements Benchmark {
  @Override
  public String name() {
    return "placement";
  }

  @Override
  public void run() {
    Report report = Report.of(name());
    report.line(
        "From all tasks waiting in the store to all ASSIGNED in it, in seconds; ×: the peer's");
    report.line("time through ours. \"Engine\": the placement engine alone, without the store.");
    report.line("");
    report.line("| work | SwarmKit | cold | × | warm | × | tasks/s warm | engine | tasks/s |");
    report.line("|---|---|---|---|---|---|---|---|---|");
    for (int row = 0; row < Workload.TABLE.size(); row++) {
      Workload work = Workload.TABLE.get(row);
      List<String> output =
          Fork.run(PlacementRun.class, "-Xmx6g -Xms6g -XX:+UseParallelGC", Integer.toString(row));
      String[] seconds = output.get(output.size() - 1).split(" ");
      double cold = Double.parseDouble(seconds[0]);
      double warm = Double.parseDouble(seconds[1]);
      double engine = Double.parseDouble(seconds[2]);
      report.line(
          "| %s | %s | %.3f | %s | %.3f | %s | %,.0f | %.3f | %,.0f |",
          work.name(),
          Double.isNaN(work.peerSeconds()) ? "> 1200" : String.valueOf(work.peerSeconds()),
          cold,
          times(work.peerSeconds(), cold),
          warm,
          times(work.peerSeconds(), warm),
          work.tasks() / warm,
          engine,
          work.tasks() / engine);
    }
    report.write();
  }

  private static String times(double peer, double ours) {
    return Double.isNaN(peer)
        ? String.format(Locale.ROOT, "> %.0f", 1_200 / ours)
        : String.format(Locale.ROOT, "%.0f", peer / ours);
  }
}
