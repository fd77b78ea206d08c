// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import io.jswarm.benchmarks.Benchmark;
import io.jswarm.benchmarks.raft.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A million tasks: 1 000 services of 1 000 replicas on 5 000 nodes, from the call of the API to
 * RUNNING committed for all of them, in a JVM of 4 GB.
 */
public final class C1mBenchmark implements Benchmark {
  @Override
  public String name() {
    return "c1m";
  }

  @Override
  public void run() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(System.getProperty("bench.jvm", "-Xmx4g -XX:+UseParallelGC").split(" ")));
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("bench.") && !name.equals("bench.jvm"))
        .sorted()
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.addAll(List.of("-cp", Child.classPath(), C1mRun.class.getName()));
    try {
      Process run = Child.owned(new ProcessBuilder(command).inheritIO().start());
      if (run.waitFor() != 0) {
        throw new IllegalStateException("the run ended with code " + run.exitValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
