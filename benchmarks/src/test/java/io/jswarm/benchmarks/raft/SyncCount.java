// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Counts by strace how often processes ask the disk to make something durable. */
final class SyncCount implements AutoCloseable {
  private final Path directory = Child.directory("strace");
  private final List<Process> tracers = new ArrayList<>();

  private SyncCount(List<Process> traced) {
    for (Process process : traced) {
      tracers.add(
          Child.start(
              directory.resolve("messages"),
              List.of(
                  "strace",
                  "-f",
                  "-q",
                  "-e",
                  "trace=fsync,fdatasync,msync,sync_file_range",
                  "-e",
                  "signal=none",
                  "-o",
                  directory.resolve(Long.toString(process.pid())).toString(),
                  "-p",
                  Long.toString(process.pid()))));
    }
    Waiting.millis(1_500);
  }

  static boolean isPossible() {
    return Child.isInstalled("strace");
  }

  static SyncCount of(List<Process> traced) {
    return new SyncCount(traced);
  }

  /** Calls so far, by process. */
  List<Long> calls() {
    List<Long> counts = new ArrayList<>();
    try (var files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        if (!file.endsWith("messages")) {
          try (var lines = Files.lines(file)) {
            counts.add(
                lines.filter(line -> line.contains("sync") && !line.contains("resumed>")).count());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return counts;
  }

  @Override
  public void close() {
    for (Process tracer : tracers) {
      tracer.destroy(); // with SIGTERM it lets go of what it traces
      try {
        tracer.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    Child.remove(directory);
  }
}
