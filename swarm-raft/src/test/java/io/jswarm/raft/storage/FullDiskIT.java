// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 64 MB, which root can make. */
class FullDiskIT {
  private static final Journal.Settings SETTINGS = new Journal.Settings(4 << 20, 1 << 20);

  @TempDir Path directory;
  private Path mount;

  @BeforeEach
  void mount() throws Exception {
    mount = Files.createDirectory(directory.resolve("small"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", mount.toString()))
        .as("a tmpfs can be mounted")
        .isTrue();
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", mount.toString());
  }

  private static boolean run(String... command) throws Exception {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aFullDiskStopsTheJournalUntilThereIsSpace() throws Exception {
    Seal seal = Seal.withKey(new byte[32]);
    Path ballast = mount.resolve("ballast");
    Files.write(ballast, new byte[30 << 20]);
    long durable;
    try (Disk disk = Disk.directory(mount.resolve("disk"));
        RealJournal real = new RealJournal(disk, seal, SETTINGS)) {
      long last = append(real);
      while (isWritten(real, last)) {
        last = append(real);
      }
      assertThat(real.onOwner(real.journal::isFull)).isTrue();
      assertThat(real.failure.get()).isNull();

      Files.delete(ballast);
      waitFor(real, last);

      assertThat(real.onOwner(real.journal::isFull)).isFalse();
      assertThat(real.failure.get()).isNull();
      durable = last;
    }
    try (Disk disk = Disk.directory(mount.resolve("disk"));
        RealJournal real = new RealJournal(disk, seal, SETTINGS)) {
      assertThat(real.onOwner(real.journal::lastIndex)).isEqualTo(durable);
      assertThat(real.onOwner(() -> real.journal.read(durable)).payload()).hasSize(10_000);
    }
  }

  private static long append(RealJournal real) {
    return real.onOwner(() -> real.journal.append(1, new byte[10_000]));
  }

  /** False if the entry waits for space. */
  private static boolean isWritten(RealJournal real, long index) throws Exception {
    for (int i = 0; i < 100; i++) {
      if (real.onOwner(real.journal::durableIndex) >= index) {
        return true;
      }
      Thread.sleep(i);
    }
    return false;
  }

  private static void waitFor(RealJournal real, long index) throws Exception {
    Instant deadline = Instant.now().plus(Duration.ofMinutes(1));
    while (real.onOwner(real.journal::durableIndex) < index) {
      assertThat(Instant.now()).isBefore(deadline);
      real.onOwner(
          () -> {
            real.journal.retry();
            return true;
          });
      Thread.sleep(20);
    }
  }
}
