// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import io.jswarm.benchmarks.Benchmark;
import io.jswarm.raft.chaos.ClosedLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Durable writes: how many a second, and how long each takes, by one and by three managers on this
 * machine, each a process, and by an etcd of as many members if there is one. Both are driven by
 * the same closed loop in this process, over a loopback connection to the leader; ours also from
 * within the leader, which is how a program uses it. Both make each write durable on a majority
 * first; strace counts.
 *
 * <p>System properties: {@code bench.seconds}, {@code bench.rounds}, {@code bench.bytes}, {@code
 * bench.inflight}, {@code bench.members}, {@code bench.dir} for the data, {@code bench.log} for the
 * name of our log's factory, {@code bench.jvm} for options of our managers, {@code
 * bench.etcd.connections}.
 */
public final class RaftBenchmark implements Benchmark {
  private static final Duration WARM_UP = Duration.ofSeconds(2);

  private final Duration length = Duration.ofSeconds(Integer.getInteger("bench.seconds", 4));
  private final int rounds = Integer.getInteger("bench.rounds", 3);
  private final List<Integer> sizes = numbers("bench.bytes", "256,65536");
  private final List<Integer> inFlight = numbers("bench.inflight", "1,64,1000");
  private final List<Integer> members = numbers("bench.members", "1,3");

  @Override
  public String name() {
    return "raft";
  }

  private static List<Integer> numbers(String property, String otherwise) {
    return Arrays.stream(System.getProperty(property, otherwise).split(","))
        .map(Integer::valueOf)
        .toList();
  }

  @Override
  public void run() {
    System.out.println(Disk.measure().describe());
    for (int size : members) {
      try (Clusters clusters = new Clusters(size)) {
        table(size, clusters);
        syncs(clusters);
      }
    }
  }

  /** Both, where there is something to start. */
  private static final class Clusters implements AutoCloseable {
    final @Nullable EtcdCluster etcd;
    final @Nullable ManagerCluster own;

    Clusters(int size) {
      etcd = EtcdCluster.isInstalled() ? EtcdCluster.start(size) : null;
      own = ManagerCluster.isPresent() ? ManagerCluster.start(size) : null;
      if (etcd == null) {
        System.out.println("no etcd here: apt-get install etcd-server etcd-client");
      }
      if (own == null) {
        System.out.println("no ReplicatedLogFactory here: nothing of ours to measure");
      }
    }

    List<Cluster> all() {
      List<Cluster> all = new ArrayList<>();
      if (etcd != null) {
        all.add(etcd);
      }
      if (own != null) {
        all.add(own);
      }
      return all;
    }

    @Override
    public void close() {
      all().forEach(Cluster::close);
    }
  }

  private void table(int size, Clusters clusters) {
    System.out.printf(
        "%n%d %s, median of %d times %d s, in turns%n%8s %9s  %-16s %10s %21s %9s %9s  %s%n",
        size,
        size == 1 ? "manager" : "managers",
        rounds,
        length.toSeconds(),
        "bytes",
        "in flight",
        "who",
        "writes/s",
        "least to most",
        "p50 ms",
        "p99 ms",
        "to etcd");
    for (int bytes : sizes) {
      for (int open : inFlight) {
        cell(bytes, open, clusters);
      }
    }
  }

  /** Takes turns, so that what else the machine does meets all alike; prints medians. */
  private void cell(int bytes, int open, Clusters clusters) {
    Map<String, List<ClosedLoop.Result>> results = new LinkedHashMap<>();
    for (int i = 0; i < rounds; i++) {
      for (Cluster cluster : clusters.all()) {
        results
            .computeIfAbsent(cluster.name(), name -> new ArrayList<>())
            .add(overLoopback(cluster, bytes, open));
      }
      if (clusters.own != null) {
        results
            .computeIfAbsent("jswarm, inside", name -> new ArrayList<>())
            .add(clusters.own.inProcess(bytes, open, keys(bytes), WARM_UP, length));
      }
    }
    double peer = results.containsKey("etcd") ? median(results.get("etcd")).perSecond() : 0;
    results.forEach((who, all) -> print(bytes, open, who, all, who.equals("etcd") ? 0 : peer));
  }

  private static ClosedLoop.Result median(List<ClosedLoop.Result> results) {
    return results.stream()
        .sorted(Comparator.comparingDouble(ClosedLoop.Result::perSecond))
        .toList()
        .get(results.size() / 2);
  }

  private static int keys(int bytes) {
    return bytes > 4_096 ? 256 : 10_000;
  }

  private ClosedLoop.Result overLoopback(Cluster cluster, int bytes, int open) {
    try (Cluster.Writer writer = cluster.writer(bytes, open)) {
      return ClosedLoop.start(writer, open, keys(bytes), WARM_UP, length)
          .toCompletableFuture()
          .join();
    }
  }

  private static void print(
      int bytes, int open, String who, List<ClosedLoop.Result> all, double peer) {
    ClosedLoop.Result result = median(all);
    int failed = all.stream().mapToInt(ClosedLoop.Result::failed).sum();
    System.out.printf(
        "%8d %9d  %-16s %10.0f %21s %9.3f %9.3f  %s%s%n",
        bytes,
        open,
        who,
        result.perSecond(),
        String.format(
            "%.0f to %.0f",
            all.stream().mapToDouble(ClosedLoop.Result::perSecond).min().orElse(0),
            all.stream().mapToDouble(ClosedLoop.Result::perSecond).max().orElse(0)),
        result.p50Millis(),
        result.p99Millis(),
        peer == 0 ? "" : String.format("%.2f×", result.perSecond() / peer),
        failed == 0 ? "" : "  FAILED: " + failed);
  }

  /** In a run of its own: to be traced slows a process down. */
  private void syncs(Clusters clusters) {
    if (!SyncCount.isPossible()) {
      System.out.println("no strace here: syncs are not counted");
      return;
    }
    for (Cluster cluster : clusters.all()) {
      for (int open : List.of(1, 64)) {
        int leader = cluster.awaitLeader();
        AtomicLong writes = new AtomicLong();
        try (SyncCount count = SyncCount.of(cluster.processes());
            Cluster.Writer writer = cluster.writer(256, open)) {
          List<Long> before = count.calls();
          ClosedLoop.start(
                  key -> writer.put(key).thenAccept(written -> writes.incrementAndGet()),
                  open,
                  keys(256),
                  Duration.ZERO,
                  Duration.ofSeconds(4))
              .toCompletableFuture()
              .join();
          List<Long> after = count.calls();
          StringBuilder line = new StringBuilder();
          for (int i = 0; i < after.size(); i++) {
            line.append(
                String.format(" %.3f", (after.get(i) - before.get(i)) / (double) writes.get()));
          }
          System.out.printf(
              "%s, %d in flight, traced: syncs per acknowledged write, by process:%s"
                  + " (of %d writes; the leader is process %d)%n",
              cluster.name(), open, line, writes.get(), leader);
        }
      }
    }
  }
}
