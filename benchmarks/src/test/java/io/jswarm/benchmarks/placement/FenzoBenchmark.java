// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.placement;

import com.netflix.fenzo.SchedulingResult;
import com.netflix.fenzo.TaskScheduler;
import com.netflix.fenzo.VMAssignmentResult;
import com.netflix.fenzo.VMTaskFitnessCalculator;
import com.netflix.fenzo.VirtualMachineLease;
import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.Report;
import io.jswarm.model.Node;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.scheduler.SpreadPlacementEngine;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Java peer, Netflix Fenzo 1.0.1, beside ours in one run: the same tasks on the same hosts,
 * spread over them, each engine alone.
 */
public final class FenzoBenchmark implements Benchmark {
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final int RUNS = 11;
  private static final int HOSTS = 1_000;
  private static final int CPUS = 64;
  private static final int MEMORY_MB = 256 << 10;

  @Override
  public String name() {
    return "placement-fenzo";
  }

  @Override
  public void run() {
    Report report = Report.of(name());
    report.line(
        "Median of %d runs, each side after %d s to warm up. Each task reserves CPU and memory.",
        RUNS, WARM_UP.toSeconds());
    report.line("Balance: most − least tasks of a host, and the coefficient of variation.");
    report.line("");
    report.line("| work | Fenzo 1.0.1 | balance | ours | balance | × |");
    report.line("|---|---|---|---|---|---|");
    for (int tasks : new int[] {1_000, 3_000}) {
      Workload work = new Workload("", HOSTS, 0, tasks, false, Double.NaN);
      Outcome theirs = median(() -> fenzo(tasks));
      List<Node> nodes = work.makeNodes();
      List<Task> waiting =
          work.makeTasks(List.of()).stream().map(FenzoBenchmark::reserving).toList();
      Outcome ours = median(() -> ours(nodes, waiting));
      report.line(
          "| %,d hosts, %,d tasks | %.1f ms | %s | %.3f ms | %s | %.0f |",
          HOSTS,
          tasks,
          theirs.millis,
          theirs.balance(),
          ours.millis,
          ours.balance(),
          theirs.millis / ours.millis);
    }
    report.write();
  }

  private static final TaskSpec SPEC =
      ServiceSpec.replicated("one", 1)
          .image("app:1")
          .reserve(FenzoTask.CPUS, (long) FenzoTask.MEMORY_MB << 20)
          .build()
          .task();

  private static Task reserving(Task task) {
    return task.toBuilder().spec(SPEC).build();
  }

  /** A run: the time, and how many tasks each host got. */
  private record Outcome(double millis, List<Integer> perHost) {
    String balance() {
      double mean = perHost.stream().mapToInt(n -> n).average().orElse(0);
      double variance =
          perHost.stream().mapToDouble(n -> (n - mean) * (n - mean)).average().orElse(0);
      int spread = Collections.max(perHost) - Collections.min(perHost);
      return String.format("%d, %.3f", spread, Math.sqrt(variance) / mean);
    }
  }

  private interface Run {
    Outcome once();
  }

  private static Outcome median(Run run) {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < WARM_UP.toNanos()) {
      run.once();
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      outcomes.add(run.once());
    }
    outcomes.sort((a, b) -> Double.compare(a.millis, b.millis));
    return outcomes.get(RUNS / 2);
  }

  private static Outcome ours(List<Node> nodes, List<Task> tasks) {
    PlacementEngine.Session session = new SpreadPlacementEngine().open();
    nodes.forEach(session::put);
    long begin = System.nanoTime();
    List<PlacementDecision> decisions = session.place(tasks, Instant.EPOCH);
    double millis = (System.nanoTime() - begin) / 1e6;
    Map<String, Integer> perHost = new HashMap<>();
    nodes.forEach(node -> perHost.put(node.id(), 0));
    for (PlacementDecision decision : decisions) {
      perHost.merge(((PlacementDecision.Placed) decision).nodeId(), 1, Integer::sum);
    }
    return new Outcome(millis, List.copyOf(perHost.values()));
  }

  private static Outcome fenzo(int tasks) {
    TaskScheduler scheduler =
        new TaskScheduler.Builder()
            .withLeaseOfferExpirySecs(1_000_000)
            .withLeaseRejectAction(lease -> {})
            .withFitnessCalculator(SPREAD)
            .build();
    List<VirtualMachineLease> hosts = new ArrayList<>();
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(new FenzoHost("host-" + i, CPUS, MEMORY_MB));
    }
    List<FenzoTask> waiting = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      waiting.add(new FenzoTask("task-" + i));
    }
    long begin = System.nanoTime();
    SchedulingResult result = scheduler.scheduleOnce(waiting, hosts);
    double millis = (System.nanoTime() - begin) / 1e6;
    List<Integer> perHost = new ArrayList<>();
    for (VMAssignmentResult each : result.getResultMap().values()) {
      perHost.add(each.getTasksAssigned().size());
    }
    if (perHost.stream().mapToInt(n -> n).sum() != tasks) {
      throw new IllegalStateException("Fenzo did not place all: " + result.getFailures());
    }
    perHost.addAll(Collections.nCopies(HOSTS - perHost.size(), 0));
    scheduler.shutdown();
    return new Outcome(millis, perHost);
  }

  /** The fewer tasks a host has, the better; Fenzo has calculators for packing only. */
  private static final VMTaskFitnessCalculator SPREAD =
      new VMTaskFitnessCalculator() {
        @Override
        public String getName() {
          return "spread";
        }

        @Override
        public double calculateFitness(
            com.netflix.fenzo.TaskRequest task,
            com.netflix.fenzo.VirtualMachineCurrentState host,
            com.netflix.fenzo.TaskTrackerState tracker) {
          int present = host.getRunningTasks().size() + host.getTasksCurrentlyAssigned().size();
          return 1.0 / (1 + present);
        }
      };
}
