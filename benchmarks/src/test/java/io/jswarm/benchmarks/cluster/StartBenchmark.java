// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.cluster;

import io.jswarm.SwarmNode;
import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.raft.Child;
import io.jswarm.loop.Environment;
import io.jswarm.model.ServiceSpec;
import io.jswarm.runtime.SimulatedHost;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * How long a single manager takes from the call of {@code start()} on an empty data directory to
 * its first accepted write, in a JVM that has done so before: without a port, and with one, which
 * costs a certificate authority.
 */
public final class StartBenchmark implements Benchmark {
  private static final int WARM_UP = 5;

  private final int trials = Integer.getInteger("bench.trials", 20);

  @Override
  public String name() {
    return "start";
  }

  @Override
  public void run() {
    measure("without a port", builder -> builder);
    measure("listening on loopback", builder -> builder.listen("127.0.0.1", 0));
  }

  private void measure(String what, UnaryOperator<SwarmNode.Builder> settings) {
    double[] millis = new double[trials];
    for (int i = -WARM_UP; i < trials; i++) {
      double taken = once(settings);
      if (i >= 0) {
        millis[i] = taken;
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "single manager %s: first write accepted after median %.0f ms, worst %.0f ms (%d trials)%n",
        what,
        millis[trials / 2],
        millis[trials - 1],
        trials);
  }

  private static double once(UnaryOperator<SwarmNode.Builder> settings) {
    Path directory = Child.directory("start");
    try (Environment world = Environment.system();
        SimulatedHost host = SimulatedHost.builder(world).hostname("m1").build()) {
      SwarmNode.Builder builder =
          settings.apply(
              SwarmNode.builder()
                  .asManager()
                  .name("m1")
                  .environment(world)
                  .dataDir(directory)
                  .runtime(host.runtime()));
      long begin = System.nanoTime();
      try (SwarmNode node = builder.start()) {
        node.swarm()
            .services()
            .create(ServiceSpec.replicated("app", 1).image("app:1").build())
            .await();
        return (System.nanoTime() - begin) / 1e6;
      }
    } finally {
      Child.remove(directory);
    }
  }
}
