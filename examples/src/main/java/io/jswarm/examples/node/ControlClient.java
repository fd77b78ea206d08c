// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.FailedPreconditionException;
import io.jswarm.examples.node.ControlProtocol.Answer;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Has the node on a data directory carry out a command line, and prints what it says. */
final class ControlClient {
  private ControlClient() {}

  /** Returns the exit code. */
  static int run(Path dataDir, ControlRequest request) throws IOException {
    try (SocketChannel channel = connect(dataDir)) {
      ControlProtocol.writeRequest(channel, request);
      while (true) {
        Answer answer = ControlProtocol.readAnswer(channel);
        switch (answer.kind()) {
          case STDOUT -> System.out.write(answer.content());
          case STDERR -> System.err.write(answer.content());
          case EXIT -> {
            System.out.flush();
            return answer.code();
          }
        }
        System.out.flush();
      }
    } catch (EOFException e) {
      System.out.flush();
      throw new IOException(
          "the node ended before it answered; the command may have had effect", e);
    }
  }

  private static SocketChannel connect(Path dataDir) throws IOException {
    UnixDomainSocketAddress address = ControlSocket.in(dataDir);
    if (Files.isDirectory(dataDir)) {
      ControlSocket.requireOwnersOnly(dataDir);
    }
    try {
      return SocketChannel.open(address);
    } catch (IOException e) {
      throw new FailedPreconditionException(
          "no node runs on "
              + dataDir
              + " ("
              + e.getMessage()
              + "); start one with init, join or start, or name another --data-dir",
          e);
    }
  }
}
