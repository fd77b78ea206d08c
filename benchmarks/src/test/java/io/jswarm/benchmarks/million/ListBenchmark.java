// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import io.jswarm.api.Filter;
import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.Report;
import io.jswarm.loop.Environment;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.store.MemoryLog;
import io.jswarm.transport.LocalNetwork;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** How long lists take with 100 000 tasks: pages of 1 000, one service's tasks, and all at once. */
public final class ListBenchmark implements Benchmark {
  private static final int SERVICES = 1_000;
  private static final int REPLICAS = 100;
  private static final int PAGE = 1_000;

  @Override
  public String name() {
    return "list";
  }

  @Override
  public void run() {
    Report report = Report.of(name());
    report.line("%,d tasks of %,d services; one caller.", SERVICES * REPLICAS, SERVICES);
    report.line("Docker's `docker info` at 30 000 containers: p99 360 ms.");
    report.line("");
    report.line("| list | p50 | p99 | worst |");
    report.line("|---|---|---|---|");
    try (Environment world = Environment.system();
        ControlPlane plane =
            new ControlPlane(world, new LocalNetwork(world), "m1", MemoryLog.create())) {
      plane.initialise(List.of());
      for (int i = 0; i < SERVICES; i++) {
        var unused =
            plane
                .swarm()
                .services()
                .create(ServiceSpec.replicated("s" + i, REPLICAS).image("app:1").build());
      }
      plane.swarm().barrier().await();
      String[] after = {""};
      row(report, "a page of 1 000", 20_000, () -> after[0] = page(plane, after[0]));
      int[] service = {0};
      row(
          report,
          "the 100 tasks of a service",
          20_000,
          () ->
              plane
                  .swarm()
                  .tasks()
                  .list(Filter.all().service("s" + service[0]++ % SERVICES))
                  .await());
      row(report, "all 100 000", 200, () -> plane.swarm().tasks().list(Filter.all()).await());
    }
    report.write();
  }

  /** Reads a page and returns where the next one begins. */
  private static String page(ControlPlane plane, String after) {
    List<Task> page = plane.swarm().tasks().page(Filter.all(), after, PAGE).await();
    return page.size() < PAGE ? "" : page.get(PAGE - 1).id();
  }

  private static void row(Report report, String what, int samples, Supplier<?> list) {
    for (int i = 0; i < samples / 2; i++) {
      var unused = list.get();
    }
    Histogram times = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    for (int i = 0; i < samples; i++) {
      long begin = System.nanoTime();
      var unused = list.get();
      times.recordValue(System.nanoTime() - begin);
    }
    report.line(
        "| %s | %.3f ms | %.3f ms | %.3f ms |",
        what,
        times.getValueAtPercentile(50) / 1e6,
        times.getValueAtPercentile(99) / 1e6,
        times.getMaxValue() / 1e6);
  }
}
