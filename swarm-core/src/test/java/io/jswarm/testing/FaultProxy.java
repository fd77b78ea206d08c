// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A way over TCP on which things go wrong: whoever connects to it is connected to the target, until
 * the test cuts, freezes or delays. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final ServerSocket door;
  private final InetSocketAddress target;
  private final List<Socket> sockets = new ArrayList<>();
  private Duration delay = Duration.ZERO;
  private boolean frozen;
  private boolean closed;
  private int accepted;

  private FaultProxy(InetSocketAddress target) throws IOException {
    this.target = target;
    this.door = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
  }

  /** A proxy at a free port of this machine. */
  public static FaultProxy to(InetSocketAddress target) {
    try {
      FaultProxy proxy = new FaultProxy(target);
      begin(proxy::accept, "accept");
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where to connect instead of to the target. */
  public String address() {
    return "127.0.0.1:" + door.getLocalPort();
  }

  /** How many connections were made so far. */
  public synchronized int accepted() {
    return accepted;
  }

  /** Breaks all connections, as if the process at either end was killed; new ones are possible. */
  public synchronized void cut() {
    for (Socket socket : sockets) {
      try {
        socket.setSoLinger(true, 0); // RST and not FIN
        socket.close();
      } catch (IOException e) {
        // It is closed already.
      }
    }
    sockets.clear();
  }

  /** Carries nothing any more, silently; what is on its way stays there until {@link #thaw}. */
  public synchronized void freeze() {
    frozen = true;
  }

  /** Ends {@link #freeze}. */
  public synchronized void thaw() {
    frozen = false;
    notifyAll();
  }

  /** Every piece of data takes that long from now on. */
  public synchronized void delay(Duration each) {
    delay = each;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      thaw();
      cut();
    }
    try {
      door.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void begin(Runnable task, String name) {
    Thread thread = new Thread(task, "fault-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = door.accept();
        Socket server = new Socket();
        server.connect(target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        if (!add(client, server)) {
          return;
        }
        begin(() -> carry(client, server), "out");
        begin(() -> carry(server, client), "in");
      } catch (IOException e) {
        if (door.isClosed()) {
          return;
        }
      }
    }
  }

  private synchronized boolean add(Socket client, Socket server) throws IOException {
    if (closed) {
      client.close();
      server.close();
      return false;
    }
    accepted++;
    sockets.add(client);
    sockets.add(server);
    return true;
  }

  private void carry(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        hold();
        out.write(buffer, 0, read);
      }
      hold();
    } catch (IOException e) {
      // Broken, here or at either end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void hold() throws InterruptedException {
    while (frozen) {
      wait();
    }
    long until = System.nanoTime() + delay.toNanos();
    for (long left = delay.toNanos(); left > 0; left = until - System.nanoTime()) {
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }
}
