// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import io.jswarm.benchmarks.Benchmark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How long nothing can be written after the leader of three was killed: from just before the signal
 * to the first write that was asked for after it and was accepted. Every other member is asked
 * every few milliseconds.
 */
public final class FailoverBenchmark implements Benchmark {
  private static final int MEMBERS = 3;
  private static final long ASK_EVERY_MILLIS = 2;

  private final int trials = Integer.getInteger("bench.trials", 50);

  @Override
  public String name() {
    return "failover-raft";
  }

  @Override
  public void run() {
    System.out.println(Disk.measure().describe());
    if (EtcdCluster.isInstalled()) {
      try (Cluster etcd = EtcdCluster.start(MEMBERS)) {
        measure(etcd);
      }
    } else {
      System.out.println("no etcd here: apt-get install etcd-server etcd-client");
    }
    if (ManagerCluster.isPresent()) {
      try (Cluster own = ManagerCluster.start(MEMBERS)) {
        measure(own);
      }
    } else {
      System.out.println("no ReplicatedLogFactory here: nothing of ours to measure");
    }
  }

  private void measure(Cluster cluster) {
    double[] killed = new double[trials];
    for (int i = 0; i < trials; i++) {
      int leader = settled(cluster);
      killed[i] = gapMillis(cluster, leader, () -> cluster.kill(leader));
      cluster.restart(leader);
    }
    print(cluster.name(), "killed", killed);
    double[] frozen = new double[trials / 2];
    for (int i = 0; i < frozen.length; i++) {
      int leader = settled(cluster);
      Process process = cluster.processes().get(leader);
      frozen[i] = gapMillis(cluster, leader, () -> signal("-STOP", process));
      signal("-CONT", process);
    }
    print(cluster.name(), "frozen", frozen);
  }

  /** The leader, once all is quiet again. */
  private static int settled(Cluster cluster) {
    Waiting.millis(1_500);
    return cluster.awaitLeader();
  }

  private static double gapMillis(Cluster cluster, int leader, Runnable fault) {
    CompletableFuture<Long> accepted = new CompletableFuture<>();
    long start = System.nanoTime();
    fault.run();
    while (!accepted.isDone()) {
      for (int i = 0; i < MEMBERS; i++) {
        if (i != leader) {
          cluster
              .tryWrite(i)
              .whenComplete(
                  (value, failure) -> {
                    if (failure == null) {
                      accepted.complete(System.nanoTime());
                    }
                  });
        }
      }
      if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(1)) {
        throw new IllegalStateException("no write was accepted for a minute");
      }
      Waiting.millis(ASK_EVERY_MILLIS);
    }
    return (accepted.join() - start) / 1e6;
  }

  private static void signal(String signal, Process process) {
    try {
      new ProcessBuilder("sh", "-c", "kill " + signal + " " + process.pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void print(String who, String what, double[] millis) {
    if (millis.length == 0) {
      return;
    }
    Arrays.sort(millis);
    System.out.printf(
        "%s, leader of %d %s, %d trials: next accepted write after p50 %.0f ms, p90 %.0f ms,"
            + " worst %.0f ms, best %.0f ms%n",
        who,
        MEMBERS,
        what,
        millis.length,
        millis[millis.length / 2],
        millis[millis.length * 9 / 10],
        millis[millis.length - 1],
        millis[0]);
  }
}
