// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.examples.node.ControlProtocol.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's end of the control socket. Each connection brings one command and has a thread of its
 * own; a client that goes away interrupts its command.
 */
final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int MAX_CONNECTIONS = 64;

  /** Carries out a command line. */
  @FunctionalInterface
  interface Handler {
    /** Returns the exit code; interrupted when the client is gone. */
    int handle(ControlRequest request, PrintWriter out, PrintWriter err);
  }

  private final UnixDomainSocketAddress address;
  private final ServerSocketChannel server;
  private final Handler handler;
  private final Set<SocketChannel> connections = new HashSet<>();

  private ControlServer(UnixDomainSocketAddress address, Handler handler) throws IOException {
    this.address = address;
    this.handler = handler;
    Files.deleteIfExists(address.getPath()); // of a node that was killed; the directory is ours
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(address);
    ControlSocket.protect(address);
  }

  /** Listens in a data directory that this process has for itself. */
  static ControlServer open(Path dataDir, Handler handler) throws IOException {
    ControlSocket.requireOwnersOnly(dataDir);
    ControlServer server = new ControlServer(ControlSocket.in(dataDir), handler);
    server.thread("control", server::accept);
    return server;
  }

  private void thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel connection = server.accept();
        boolean room = add(connection);
        thread("control-command", () -> serve(connection, room));
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.warn("a client could not be connected", e);
        }
      }
    }
  }

  private synchronized boolean add(SocketChannel connection) {
    connections.add(connection);
    return connections.size() <= MAX_CONNECTIONS;
  }

  private synchronized void remove(SocketChannel connection) {
    connections.remove(connection);
    notifyAll();
  }

  private void serve(SocketChannel connection, boolean room) {
    try (connection) {
      if (!room) {
        refuse(connection, "too many commands at once");
        return;
      }
      ControlRequest request;
      try {
        request = ControlProtocol.readRequest(connection);
      } catch (EOFException e) {
        return; // nobody is left to be told
      } catch (IOException e) {
        refuse(connection, String.valueOf(e.getMessage()));
        return;
      }
      ControlProtocol.writeExit(connection, run(connection, request));
    } catch (IOException e) {
      LOG.debug("a client went away", e);
    } finally {
      remove(connection);
    }
  }

  private static void refuse(SocketChannel connection, String why) throws IOException {
    byte[] text = ("Error: " + why + "\n").getBytes(StandardCharsets.UTF_8);
    ControlProtocol.writeAnswer(connection, Kind.STDERR, ByteBuffer.wrap(text));
    ControlProtocol.writeExit(connection, NodeCommand.USAGE);
  }

  private int run(SocketChannel connection, ControlRequest request) {
    Thread command = Thread.currentThread();
    thread(
        "control-client",
        () -> {
          awaitEnd(connection);
          command.interrupt();
        });
    try (PrintWriter out = writer(connection, Kind.STDOUT);
        PrintWriter err = writer(connection, Kind.STDERR)) {
      return handler.handle(request, out, err);
    }
  }

  /** A client says nothing after its request, until it ends. */
  private static void awaitEnd(SocketChannel connection) {
    ByteBuffer ignored = ByteBuffer.allocate(64);
    try {
      while (connection.read(ignored.clear()) >= 0) {}
    } catch (IOException e) {
      // The same.
    }
  }

  private static PrintWriter writer(SocketChannel connection, Kind kind) {
    OutputStream frames =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
          }

          @Override
          public void write(byte[] content, int from, int length) throws IOException {
            synchronized (connection) {
              ControlProtocol.writeAnswer(connection, kind, ByteBuffer.wrap(content, from, length));
            }
          }
        };
    return new PrintWriter(frames, true, StandardCharsets.UTF_8);
  }

  /** Lets commands that are under way end, for a while. */
  synchronized void awaitIdle(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    long left = patience.toMillis();
    while (!connections.isEmpty() && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
  }

  private synchronized List<SocketChannel> open() {
    return List.copyOf(connections);
  }

  /** Takes no more commands, and ends those that are under way. Idempotent. */
  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(address.getPath());
    for (SocketChannel connection : open()) {
      connection.close();
    }
  }
}
