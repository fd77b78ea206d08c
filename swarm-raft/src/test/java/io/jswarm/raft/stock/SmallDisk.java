// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file system of a few megabytes, in memory. Takes root to mount; a test without it is skipped.
 */
final class SmallDisk implements AutoCloseable {
  private static final int PAGE = 4 << 10;

  private final Path root;

  SmallDisk(int megabytes) {
    try {
      root = Files.createTempDirectory("disk");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", root.toString());
    if (!mounted) {
      close();
    }
    assumeThat(mounted).as("a small disk can be mounted").isTrue();
  }

  Path root() {
    return root;
  }

  /** Until so many pages of four kilobytes are left. */
  void fill(int pagesLeft) {
    Path file = root.resolve("fill");
    byte[] page = new byte[PAGE];
    try (OutputStream output = Files.newOutputStream(file)) {
      while (true) {
        output.write(page);
      }
    } catch (IOException full) {
      // As intended.
    }
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(Math.max(0, (access.length() / PAGE - pagesLeft) * PAGE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void free() {
    try {
      Files.delete(root.resolve("fill"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    run("umount", "-l", root.toString());
    try {
      Files.deleteIfExists(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
