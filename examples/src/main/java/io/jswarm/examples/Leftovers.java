// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** What a cluster could leave behind: threads, open ports, temporary directories. */
final class Leftovers {
  private final Set<String> nodes = new TreeSet<>();
  private final Set<InetSocketAddress> ports = new LinkedHashSet<>();

  /** A node that will have to go. */
  void node(String id) {
    nodes.add(id);
  }

  /** A port that will have to be closed. */
  void port(String host, int port) {
    ports.add(new InetSocketAddress(host, port));
  }

  /** Waits a moment for what {@code found} finds to go; returns what stays. */
  static List<String> settled(Supplier<List<String>> found) {
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    List<String> left = found.get();
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      pause(Duration.ofMillis(50));
      left = found.get();
    }
    return left;
  }

  static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CheckFailed("interrupted");
    }
  }

  /** Threads of nodes and their runtimes. */
  List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("jswarm-") || name.startsWith("docker-java"))
        .sorted()
        .toList();
  }

  /** Ports at which somebody still answers. */
  List<String> openPorts() {
    return ports.stream().filter(Leftovers::answers).map(InetSocketAddress::toString).toList();
  }

  private static boolean answers(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Temporary directories that bear the id of one of the nodes. */
  List<String> directories() {
    List<String> left = new ArrayList<>();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (var found = Files.newDirectoryStream(temporary, "jswarm-node-*")) {
      for (Path directory : found) {
        if (nodes.contains(identity(directory))) {
          left.add(directory.toString());
        }
      }
    } catch (IOException e) {
      left.add(temporary + " cannot be read: " + e.getMessage());
    }
    return left;
  }

  private static String identity(Path directory) {
    try {
      return Files.readString(directory.resolve("node-id")).strip();
    } catch (IOException e) {
      return ""; // somebody else's, and gone meanwhile
    }
  }
}
