// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.cluster;

import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.cluster.NodeFleet.Member;
import io.jswarm.benchmarks.raft.Child;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What users of a cluster of six processes, with default settings, notice of a process that dies:
 * how long until the tasks of a killed or a frozen worker run elsewhere, and until the next write
 * is accepted after the leader was killed. Then ten minutes (or {@code bench.quiet.seconds}) of
 * full load on all processors, in which nothing should happen.
 */
public final class NodeFailoverBenchmark implements Benchmark {
  private static final int TASKS = 30;

  private final int trials = Integer.getInteger("bench.trials", 20);
  private final int quietSeconds = Integer.getInteger("bench.quiet.seconds", 600);

  @Override
  public String name() {
    return "failover";
  }

  @Override
  public void run() {
    try (NodeFleet fleet = NodeFleet.start()) {
      fleet.named("m1").ask("create app " + TASKS);
      print("worker killed: its tasks run elsewhere after", killedWorkers(fleet));
      print("worker silent: its tasks run elsewhere after", silentWorkers(fleet));
      print("leader killed: next write accepted after", killedLeaders(fleet));
      if (quietSeconds > 0) {
        quiet(fleet);
      }
    }
  }

  private double[] killedWorkers(NodeFleet fleet) {
    double[] times = new double[trials];
    for (int i = 0; i < trials; i++) {
      Member manager = fleet.named("m1");
      Member victim = fleet.byId(manager.ask("busiest"));
      long start = System.nanoTime();
      Child.kill(victim.process);
      long moved = Long.parseLong(manager.ask("moved " + victim.id + " " + TASKS));
      times[i] = (moved - start) / 1e6;
      fleet.start(victim.name);
      manager.ask("ready 6");
    }
    return times;
  }

  private double[] silentWorkers(NodeFleet fleet) {
    double[] times = new double[trials];
    for (int i = 0; i < trials; i++) {
      Member manager = fleet.named("m1");
      Member victim = fleet.byId(manager.ask("busiest"));
      long start = System.nanoTime();
      victim.signal("-STOP");
      long moved = Long.parseLong(manager.ask("moved " + victim.id + " " + TASKS));
      times[i] = (moved - start) / 1e6;
      victim.signal("-CONT");
      manager.ask("ready 6");
    }
    return times;
  }

  private double[] killedLeaders(NodeFleet fleet) {
    double[] times = new double[trials];
    Member asked = fleet.named("m1");
    for (int i = 0; i < trials; i++) {
      Member victim = fleet.byId(asked.ask("leader"));
      Member other = fleet.named(victim.name.equals("m2") ? "m3" : "m2");
      long start = System.nanoTime();
      Child.kill(victim.process);
      times[i] = (Long.parseLong(other.ask("write")) - start) / 1e6;
      fleet.start(victim.name);
      other.ask("ready 6");
      asked = other;
    }
    return times;
  }

  /** Twice as many busy processes as processors. */
  private void quiet(NodeFleet fleet) {
    Member manager = fleet.named("m1");
    String before = manager.ask("incidents");
    List<Process> load = new ArrayList<>();
    Path log = Child.directory("load").resolve("log");
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      load.add(Child.start(log, List.of("sh", "-c", "while :; do :; done")));
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(quietSeconds);
    while (System.nanoTime() - end < 0) {
      manager.ask("write");
    }
    String after = manager.ask("incidents");
    load.forEach(Child::kill);
    System.out.printf(
        Locale.ROOT,
        "%d s of full load: leaders seen and nodes found down before '%s', after '%s'%n",
        quietSeconds,
        before,
        after);
  }

  private static void print(String what, double[] millis) {
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%s median %.0f ms, worst %.0f ms, best %.0f ms (%d trials)%n",
        what,
        millis[millis.length / 2],
        millis[millis.length - 1],
        millis[0],
        millis.length);
  }
}
