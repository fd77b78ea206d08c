// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.atomix.protocols.raft.impl.RaftContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Servers of one test, their network and their directories; what is left is removed at the end. */
final class StockCluster implements AutoCloseable {
  private static final Logger ATOMIX = (Logger) LoggerFactory.getLogger("io.atomix");

  private final Path directory;
  private final Network network = new Network();
  private final Map<String, StockServer> servers = new TreeMap<>();
  private UnaryOperator<StockServer.Setup> setup = UnaryOperator.identity();

  StockCluster() {
    // It has much to complain about here.
    ATOMIX.setLevel(Level.OFF);
    try {
      directory = Files.createTempDirectory("stock");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For the servers made from here on. */
  StockCluster with(UnaryOperator<StockServer.Setup> next) {
    setup = next;
    return this;
  }

  Network network() {
    return network;
  }

  Path directory(String id) {
    return directory.resolve(id);
  }

  StockServer server(String id) {
    return servers.get(id);
  }

  /** With what its directory holds; not started. */
  StockServer make(String id) {
    StockServer server =
        new StockServer(id, setup.apply(StockServer.Setup.in(directory(id))), network);
    servers.put(id, server);
    return server;
  }

  /** A member of a cluster whose others exist only in the test's messages. */
  StockServer lone(String id, String... others) {
    StockServer server = make(id);
    String[] members = new String[others.length + 1];
    System.arraycopy(others, 0, members, 0, others.length);
    members[others.length] = id;
    server.bootstrap(members);
    return server;
  }

  /** Started, with the first as leader and a session open on it. */
  StockServer started(String... ids) {
    for (String id : ids) {
      make(id);
    }
    for (String id : ids) {
      server(id).bootstrap(ids);
    }
    StockServer leader = server(ids[0]);
    leader.campaign();
    leader.openSession();
    return leader;
  }

  /** Ends like a killed process whose machine lives on. */
  void crash(String id) {
    servers.remove(id).close();
  }

  void wipe(String id) {
    remove(directory(id));
  }

  /** All that this server was given to apply is applied. */
  static void drain(StockServer server) {
    RaftContext context = server.context();
    Waiting.until(
        server.id() + " applied all", () -> context.getLastApplied() >= server.commitIndex());
  }

  private static void remove(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    for (StockServer server : servers.values()) {
      server.close();
    }
    remove(directory);
    ATOMIX.setLevel(null);
  }
}
