// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks;

import io.jswarm.benchmarks.raft.Child;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program in a JVM of its own, so that it starts cold and has its heap for itself. */
public final class Fork {
  /** What suits large heaps that are read at random: fewer misses of the address cache. */
  public static final String LARGE_PAGES = " -XX:+UseTransparentHugePages";

  private Fork() {}

  /**
   * Runs it to its end with this program's {@code bench.*} properties.
   *
   * @param options of the JVM; {@code bench.jvm} replaces them
   * @return its output, by line
   */
  public static List<String> run(Class<?> main, String options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("bench.jvm", options).split(" ")));
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("bench.") && !name.equals("bench.jvm"))
        .sorted()
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.addAll(List.of("-cp", Child.classPath(), main.getName()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          Child.owned(
              new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
      List<String> lines = new ArrayList<>();
      try (BufferedReader output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        output.lines().forEach(lines::add);
      }
      if (process.waitFor() != 0) {
        throw new IllegalStateException(main + " ended with " + process.exitValue() + ": " + lines);
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
