// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.placement;

import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.Fork;
import io.jswarm.benchmarks.Report;
import java.util.List;
import java.util.Locale;

/**
 * Each row of SwarmKit's table: a cold first run in a JVM of its own, and the median of five when
 * it is warm. What SwarmKit's benchmark times is its scheduler with its store, so that is compared;
 * what a new leader takes until everything is placed is told too.
 */
public final class PlacementBenchmark implements Benchmark {
  @Override
  public String name() {
    return "placement";
  }

  @Override
  public void run() {
    Report report = Report.of(name());
    report.line("From all tasks waiting in the store to all ASSIGNED in it, in seconds; ×: the");
    report.line(
        "peer's time through ours. Scheduler and store, as in SwarmKit's benchmark: the first");
    report.line(
        "run of a JVM, and the median of %d after %d s. \"Leader\": all components of a new",
        PlacementRun.MEASURED, PlacementRun.WARM_UP.toSeconds());
    report.line("leader start, warm. \"Engine\": the placement engine alone, without the store.");
    report.line("");
    report.line(
        "| work | SwarmKit | cold | × | warm | × | tasks/s warm | leader | × | engine | tasks/s |");
    report.line("|---|---|---|---|---|---|---|---|---|---|---|");
    for (int row = 0; row < Workload.TABLE.size(); row++) {
      Workload work = Workload.TABLE.get(row);
      double[] scheduler = measure(row, "scheduler");
      double[] leader = measure(row, "leader");
      report.line(
          "| %s | %s | %.3f | %s | %.3f | %s | %,.0f | %.3f | %s | %.3f | %,.0f |",
          work.name(),
          Double.isNaN(work.peerSeconds()) ? "> 1200" : String.valueOf(work.peerSeconds()),
          scheduler[0],
          times(work.peerSeconds(), scheduler[0]),
          scheduler[1],
          times(work.peerSeconds(), scheduler[1]),
          work.tasks() / scheduler[1],
          leader[1],
          times(work.peerSeconds(), leader[1]),
          scheduler[2],
          work.tasks() / scheduler[2]);
    }
    report.write();
  }

  /** Seconds: cold, warm, of the engine alone. */
  private static double[] measure(int row, String components) {
    List<String> output =
        Fork.run(
            PlacementRun.class,
            "-Xmx6g -Xms6g -XX:+UseParallelGC" + Fork.LARGE_PAGES,
            Integer.toString(row),
            components);
    String[] seconds = output.get(output.size() - 1).split(" ");
    return new double[] {
      Double.parseDouble(seconds[0]), Double.parseDouble(seconds[1]), Double.parseDouble(seconds[2])
    };
  }

  private static String times(double peer, double ours) {
    return Double.isNaN(peer)
        ? String.format(Locale.ROOT, "> %.0f", 1_200 / ours)
        : String.format(Locale.ROOT, "%.0f", peer / ours);
  }
}
