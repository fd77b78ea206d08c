// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** What a durable write costs here without anybody's software: the floor under every figure. */
record Disk(double p50Millis, double p99Millis) {
  private static final int SAMPLES = 2_000;

  /**
   * In one line, with how busy the machine is otherwise: a figure from a busy one is worth little.
   */
  String describe() {
    return String.format(
        "disk: 256 bytes appended and synced in p50 %.3f ms, p99 %.3f ms; load of the machine"
            + " before: %.1f on %d cores",
        p50Millis,
        p99Millis,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        Runtime.getRuntime().availableProcessors());
  }

  /** Appends 256 bytes and makes them durable, one after the other. */
  static Disk measure() {
    Path directory = Child.directory("disk");
    long[] nanos = new long[SAMPLES];
    try (FileChannel file =
        FileChannel.open(
            directory.resolve("appended"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(8 << 20));
      file.force(true);
      file.position(0);
      for (int i = 0; i < SAMPLES; i++) {
        long start = System.nanoTime();
        file.write(ByteBuffer.allocate(256));
        file.force(false);
        nanos[i] = System.nanoTime() - start;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Child.remove(directory);
    }
    Arrays.sort(nanos);
    return new Disk(nanos[SAMPLES / 2] / 1e6, nanos[SAMPLES * 99 / 100] / 1e6);
  }
}
