// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A machine with one node, which is a process of its own, driven by commands as a user would. */
final class NodeMachine {
  final String name;
  final int number;
  final String address;
  private final Namespaces network;
  private final Path dataDir;
  private final File log;
  private Process process;

  NodeMachine(Namespaces network, Path dir, String name, int number) {
    this.network = network;
    this.name = name;
    this.number = number;
    this.address = network.add(number);
    this.dataDir = dir.resolve(name);
    this.log = dir.resolve(name + ".log").toFile();
  }

  /** Runs {@code init}, {@code join} or {@code start}; returns when the node is there. */
  void begin(String... command) {
    List<String> line = new ArrayList<>(jar());
    line.addAll(List.of(command));
    line.addAll(List.of("--data-dir", dataDir.toString()));
    try {
      long before = log.length();
      process =
          new ProcessBuilder(network.at(number, line))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .start();
      Waiting.until(
          name + " to start, see " + log,
          () -> {
            if (!process.isAlive()) {
              throw new IllegalStateException(name + " ended:\n" + Files.readString(log.toPath()));
            }
            String said = Files.readString(log.toPath()).substring((int) before);
            return said.contains("is now a manager")
                || said.contains("joined a swarm")
                || said.contains("runs again");
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> jar() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx192m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        Path.of("target", "jswarm-node.jar").toAbsolutePath().toString());
  }

  /** What a command says; fails if the command does. */
  String ask(String... command) {
    List<String> line = new ArrayList<>(jar());
    line.addAll(List.of("--data-dir", dataDir.toString()));
    line.addAll(List.of(command));
    try {
      Process client = new ProcessBuilder(line).redirectErrorStream(true).start();
      String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!client.waitFor(60, TimeUnit.SECONDS) || client.exitValue() != 0) {
        throw new CommandFailedException(String.join(" ", command) + ": " + said);
      }
      return said.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing comes from the machine or gets there any more, and nobody is told. */
  void cutOff() {
    if (network.isIsolated()) {
      network.cutOff(number);
    } else {
      signal("-STOP");
    }
  }

  void heal() {
    if (network.isIsolated()) {
      network.heal(number);
    } else {
      signal("-CONT");
    }
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", signal, "" + process.pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void end() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** A command ended with an error. */
  static final class CommandFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CommandFailedException(String message) {
      super(message);
    }
  }
}
