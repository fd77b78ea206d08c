// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.FailedPreconditionException;
import io.jswarm.examples.node.ControlProtocol.Answer;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Has the node on a data directory carry out a command line, and prints what it says. */
final class ControlClient {
  private ControlClient() {}

  /** Returns the exit code. */
  static int run(Path dataDir, ControlRequest request, OutputStream out, OutputStream err)
      throws IOException {
    try (SocketChannel channel = connect(dataDir)) {
      ControlProtocol.writeRequest(channel, request);
      while (true) {
        Answer answer = ControlProtocol.readAnswer(channel);
        switch (answer.kind()) {
          case STDOUT -> write(out, answer);
          case STDERR -> write(err, answer);
          case EXIT -> {
            return answer.code();
          }
        }
      }
    } catch (EOFException e) {
      throw new IOException(
          "the node ended before it answered; the command may have had effect", e);
    }
  }

  private static void write(OutputStream to, Answer answer) throws IOException {
    to.write(answer.content());
    to.flush(); // somebody may be looking on
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
