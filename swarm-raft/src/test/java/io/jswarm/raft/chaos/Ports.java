// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Free ports on the loopback, below those that the kernel gives to outgoing connections. */
public final class Ports {
  private static final int FIRST = 12_000;
  private static final int COUNT = 18_000;
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 131 % COUNT));

  private Ports() {}

  /** A port that nothing listens at; another one each time. */
  public static int free() {
    for (int tries = 0; tries < COUNT; tries++) {
      int port = FIRST + NEXT.getAndIncrement() % COUNT;
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: the next one, then.
      }
    }
    throw new IllegalStateException("no free port");
  }
}
