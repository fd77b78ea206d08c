// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which process was meant, so that another one that got the same pid later is never taken for it.
 * Processes write their own mark before they become the task; see {@link Supervision}.
 *
 * @param boot id of the system's boot; empty where there is no {@code /proc}
 * @param startTicks when it started, in ticks since the boot; empty where there is no {@code /proc}
 * @param written when the mark was written, right after the start of the process
 */
record ProcessMark(long pid, String boot, String startTicks, Instant written) {
  private static final Path PROC = Path.of("/proc");
  private static final Path BOOT_ID = PROC.resolve("sys/kernel/random/boot_id");

  /** How far the system's idea of a start may be off where there are no ticks. */
  private static final Duration TOLERANCE = Duration.ofSeconds(5);

  /** The mark in the file; null while it is absent or half written, or marks no process. */
  static @Nullable ProcessMark read(Path file) throws IOException {
    String line;
    Instant written;
    try {
      line = Files.readString(file);
      written = Files.getLastModifiedTime(file).toInstant();
    } catch (NoSuchFileException e) {
      return null;
    }
    String[] words = line.split(" ", 3);
    if (!line.endsWith("\n") || words.length < 3) {
      return null;
    }
    return new ProcessMark(
        Long.parseLong(words[0]), words[1], Stat.parse(words[2]).startTicks, written);
  }

  /** Whether this very process still runs; a zombie does not. */
  boolean alive() {
    if (startTicks.isEmpty()) {
      return ProcessHandle.of(pid)
          .flatMap(handle -> handle.info().startInstant())
          .map(start -> Duration.between(start, written).abs().compareTo(TOLERANCE) < 0)
          .orElse(false);
    }
    try {
      Stat stat = Stat.parse(Files.readString(PROC.resolve(pid + "/stat")));
      return stat.startTicks.equals(startTicks)
          && !stat.state.equals("Z")
          && !stat.state.equals("X")
          && Files.readString(BOOT_ID).strip().equals(boot);
    } catch (IOException e) {
      return false;
    }
  }

  /** The process, if it still is the one that was marked. */
  Optional<ProcessHandle> handle() {
    return alive() ? ProcessHandle.of(pid) : Optional.empty();
  }

  /** The fields of {@code /proc/<pid>/stat} that matter; the name before them may hold anything. */
  private record Stat(String state, String startTicks) {
    private static final int STATE = 0;
    private static final int START_TICKS = 19;

    static Stat parse(String line) {
      String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ");
      return fields.length > START_TICKS
          ? new Stat(fields[STATE], fields[START_TICKS])
          : new Stat("", "");
    }
  }
}
