// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a program of this package in a JVM of its own. */
public final class ChildJvm {
  /** Of a program that ended. */
  public record Result(int exit, String output) {}

  private ChildJvm() {}

  public static Result run(List<String> prefix, Class<?> program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=/dev/null",
            "-cp",
            System.getProperty("java.class.path"),
            program.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    // Also if it holds its output open.
    CompletableFuture<Process> end = process.onExit().orTimeout(1, TimeUnit.MINUTES);
    end.exceptionally(late -> process.destroyForcibly());
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Result(process.waitFor(), output);
  }
}
