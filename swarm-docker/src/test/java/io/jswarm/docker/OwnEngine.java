// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A dockerd of the test's own, with its data in a directory, to be killed and started again. */
final class OwnEngine implements AutoCloseable {
  private static final Path DOCKERD = Path.of("/usr/sbin/dockerd");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path directory;
  private final List<String> options;
  private @Nullable Process process;

  OwnEngine(Path directory, String... options) {
    this.directory = directory;
    this.options = List.of(options);
  }

  /** Whether this machine and user can run one. */
  static boolean isPossible() {
    return Files.isExecutable(DOCKERD) && "root".equals(System.getProperty("user.name"));
  }

  String host() {
    return "unix://" + directory.resolve("docker.sock");
  }

  /** Starts it and waits until it answers. */
  void start() {
    List<String> command =
        new ArrayList<>(
            List.of(
                DOCKERD.toString(),
                "--data-root=" + directory.resolve("data"),
                "--exec-root=" + directory.resolve("exec"),
                "--pidfile=" + directory.resolve("pid"),
                "--host=" + host(),
                // No other bridge, and none at all least of all: that would delete the default one
                // of all engines here.
                "--iptables=false",
                "--ip-forward=false"));
    command.addAll(options);
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Instant limit = Instant.now().plus(LIMIT);
    while (!answers()) {
      assertThat(process.isAlive()).as("dockerd lives; its log: %s", log()).isTrue();
      assertThat(Instant.now()).as("dockerd answers; its log: %s", log()).isBefore(limit);
    }
  }

  private boolean answers() {
    try {
      TestEngine.open(host()).close();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /**
   * SIGKILL: what it runs is left without it. Its containerd dies with it, by the kernel's hand.
   */
  void kill() {
    end(true);
    // Where nobody reaps it, the next dockerd would take the dead containerd for a living one.
    containerdPidFile().toFile().delete();
  }

  /** SIGTERM: it stops what it runs first, unless it was told to leave it. */
  void stop() {
    end(false);
  }

  /** Leaves it alive but deaf. */
  void freeze() {
    signal("-STOP");
  }

  /** Ends a freeze. */
  void thaw() {
    signal("-CONT");
  }

  private void signal(String signal) {
    Process running = process;
    assertThat(running).isNotNull();
    run("kill", signal, Long.toString(running.pid()));
  }

  private static void run(String... command) {
    try {
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void end(boolean forcibly) {
    Process running = process;
    process = null;
    if (running == null) {
      return;
    }
    if (forcibly) {
      running.destroyForcibly();
    } else {
      running.destroy();
    }
    try {
      assertThat(running.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private Path containerdPidFile() {
    return directory.resolve("exec/containerd/containerd.pid");
  }

  @Override
  public void close() {
    stop();
    // A dockerd mounts its data on itself; one that was killed leaves that to nobody.
    run("umount", directory.resolve("data").toString());
  }
}
