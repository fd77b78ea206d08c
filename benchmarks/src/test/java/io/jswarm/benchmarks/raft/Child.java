// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Processes and directories of a benchmark; none outlives it. */
public final class Child {
  private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly)));
  }

  private Child() {}

  /** Has a process ended with this one. */
  public static Process owned(Process process) {
    STARTED.add(process);
    return process;
  }

  /** Starts a process whose output goes into a file. */
  public static Process start(Path log, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      STARTED.add(process);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends a process at once, and waits for that. */
  public static void kill(Process process) {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    STARTED.remove(process);
  }

  static boolean isInstalled(String program) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** The class path of this program, which Maven may have loaded into a JVM of its own. */
  public static String classPath() {
    if (Child.class.getClassLoader() instanceof URLClassLoader loader) {
      return Arrays.stream(loader.getURLs()).map(Child::file).collect(Collectors.joining(":"));
    }
    return System.getProperty("java.class.path");
  }

  private static String file(URL url) {
    try {
      return new File(url.toURI()).getPath();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A directory on a disk: where {@code bench.dir} says, else in the working directory. */
  public static Path directory(String name) {
    try {
      Path base = Path.of(System.getProperty("bench.dir", "target"));
      Files.createDirectories(base);
      return Files.createTempDirectory(base.toAbsolutePath(), "bench-" + name + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a directory and what is in it. */
  public static void remove(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
