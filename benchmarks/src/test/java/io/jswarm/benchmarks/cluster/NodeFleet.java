// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.cluster;

import io.jswarm.benchmarks.raft.Child;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Three managers and three workers, each a process, joined by tokens over TLS on loopback. */
final class NodeFleet implements AutoCloseable {
  private final Path directory = Child.directory("nodes");
  private final Map<String, Member> members = new TreeMap<>();

  /** A node, and the process that is it at present. */
  static final class Member {
    final String name;
    String id = "";
    Process process;
    BufferedReader output;

    private Member(String name) {
      this.name = name;
    }

    /** Asks, and waits for the answer. */
    String ask(String command) {
      try {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          if (line.startsWith("ok ")) {
            return line.substring(3);
          } else if (line.startsWith("error ")) {
            throw new IllegalStateException(name + " to '" + command + "': " + line);
          } // else a line of its log
        }
        throw new IllegalStateException(name + " has ended");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void signal(String signal) {
      try {
        new ProcessBuilder("kill", signal, "" + process.pid()).start().waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static NodeFleet start() {
    NodeFleet fleet = new NodeFleet();
    Member first = fleet.start("m1", "init");
    String address = first.ask("address");
    for (String name : List.of("m2", "m3")) {
      fleet.start(name, address, first.ask("token MANAGER"));
    }
    for (String name : List.of("w1", "w2", "w3")) {
      fleet.start(name, address, first.ask("token WORKER"));
    }
    first.ask("ready 6");
    return fleet;
  }

  /** Starts a node, for the first time with {@code how}, later without. */
  Member start(String name, String... how) {
    Member member = members.computeIfAbsent(name, Member::new);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Child.classPath(),
                NodeProcess.class.getName(),
                name,
                directory.resolve(name).toString()));
    command.addAll(List.of(how));
    try {
      member.process =
          Child.owned(
              new ProcessBuilder(command)
                  .redirectError(
                      ProcessBuilder.Redirect.appendTo(directory.resolve(name + ".log").toFile()))
                  .start());
      member.output =
          new BufferedReader(
              new InputStreamReader(member.process.getInputStream(), StandardCharsets.UTF_8));
      for (String line = member.output.readLine(); ; line = member.output.readLine()) {
        if (line == null) {
          throw new IllegalStateException(name + " did not start; see " + directory);
        } else if (line.startsWith("started ")) {
          member.id = line.substring("started ".length());
          return member;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Member byId(String id) {
    return members.values().stream()
        .filter(member -> member.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no node " + id));
  }

  Member named(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw new IllegalStateException("no node " + name);
    }
    return member;
  }

  @Override
  public void close() {
    members.values().forEach(member -> Child.kill(member.process));
    Child.remove(directory);
  }
}
