// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.FailedPreconditionException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // servers only have to be there
class ControlSocketTest {
  @TempDir private Path temporary;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Path prepared() throws IOException {
    Path dataDir = temporary.resolve("node");
    ControlSocket.prepare(dataDir);
    return dataDir;
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private int run(Path dataDir, String... args) throws IOException {
    return ControlClient.run(dataDir, new ControlRequest(args, 0), out, err);
  }

  private static ControlServer echo(Path dataDir) throws IOException {
    return ControlServer.open(
        dataDir,
        (request, out, err) -> {
          out.print(String.join(" ", request.args()));
          err.print("columns " + request.columns());
          return request.args().size();
        });
  }

  @Test
  void outputAndExitCodeComeBack() throws IOException {
    Path dataDir = prepared();
    try (ControlServer server = echo(dataDir)) {
      assertThat(run(dataDir, "node", "ls", "ü")).isEqualTo(3);
    }

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("node ls ü");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("columns 0");
    assertThat(dataDir.resolve("control.sock")).doesNotExist();
  }

  @Test
  void directoryAndSocketAreTheOwnersOnly() throws IOException {
    Path dataDir = prepared();
    try (ControlServer server = echo(dataDir)) {
      assertThat(permissions(dataDir)).isEqualTo("rwx------");
      assertThat(permissions(dataDir.resolve("control.sock"))).isEqualTo("rw-------");
    }
  }

  @Test
  void anEmptyDirectoryIsClosedToOthersAndAFullOneRefused() throws IOException {
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rwxr-xr-x"));
    ControlSocket.prepare(empty);
    assertThat(permissions(empty)).isEqualTo("rwx------");

    Path full = Files.createDirectory(temporary.resolve("full"));
    Files.createFile(full.resolve("file"));
    Files.setPosixFilePermissions(full, PosixFilePermissions.fromString("rwxr-x---"));
    assertThatThrownBy(() -> ControlSocket.prepare(full))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("open to others (rwxr-x---)")
        .hasMessageContaining("--data-dir");
    assertThat(permissions(full)).isEqualTo("rwxr-x---");
  }

  @Test
  void neitherSideUsesADirectoryThatOthersCanEnter() throws IOException {
    Path dataDir = prepared();
    try (ControlServer server = echo(dataDir)) {
      Files.setPosixFilePermissions(dataDir, PosixFilePermissions.fromString("rwxrwxrwx"));

      assertThatThrownBy(() -> run(dataDir, "ls")).hasMessageContaining("open to others");
      assertThatThrownBy(() -> echo(dataDir)).hasMessageContaining("open to others");
    }
  }

  @Test
  void aDirectoryOfSomebodyElseIsRefused() throws IOException {
    Path dataDir = prepared();

    ControlSocket.requireOwner(dataDir, "?");
    assertThatThrownBy(() -> ControlSocket.requireOwner(dataDir, "somebody"))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("not to somebody");
  }

  @Test
  void aPathThatIsTooLongForASocketSaysSo() {
    Path dataDir = temporary.resolve("d".repeat(120));

    assertThatThrownBy(() -> ControlSocket.prepare(dataDir))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("no more than 107")
        .hasMessageContaining("shorter --data-dir");
    assertThat(dataDir).doesNotExist();
  }

  @Test
  void withoutANodeTheClientSaysHowToStartOne() throws IOException {
    Path dataDir = prepared();

    assertThatThrownBy(() -> run(dataDir, "ls"))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("no node runs on " + dataDir)
        .hasMessageContaining("init, join or start");
  }

  @Test
  void theSocketOfAKilledNodeIsReplaced() throws IOException {
    Path dataDir = prepared();
    Files.createFile(dataDir.resolve("control.sock"));
    assertThatThrownBy(() -> run(dataDir, "ls")).hasMessageContaining("no node runs");

    try (ControlServer server = echo(dataDir)) {
      assertThat(run(dataDir, "ls")).isEqualTo(1);
    }
  }

  @Test
  void aBadRequestIsAnsweredAndTheNextOneServed() throws IOException {
    Path dataDir = prepared();
    try (ControlServer server = echo(dataDir)) {
      try (SocketChannel bad = SocketChannel.open(ControlSocket.in(dataDir))) {
        bad.write(ByteBuffer.allocate(4).putInt(0, Integer.MAX_VALUE));
        ControlProtocol.Answer answer = ControlProtocol.readAnswer(bad);
        assertThat(new String(answer.content(), StandardCharsets.UTF_8))
            .isEqualTo("Error: a request of 2147483647 bytes is no command line\n");
        assertThat(ControlProtocol.readAnswer(bad).code()).isEqualTo(NodeCommand.USAGE);
        assertThatThrownBy(() -> ControlProtocol.readAnswer(bad)).isInstanceOf(EOFException.class);
      }
      SocketChannel.open(ControlSocket.in(dataDir)).close();

      assertThat(run(dataDir, "ls")).isEqualTo(1);
    }
  }

  @Test
  void aClientThatGoesAwayInterruptsItsCommand() throws Exception {
    Path dataDir = prepared();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    ControlServer.Handler waits =
        (request, out, err) -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          return 0;
        };
    try (ControlServer server = ControlServer.open(dataDir, waits)) {
      try (SocketChannel client = SocketChannel.open(ControlSocket.in(dataDir))) {
        ControlProtocol.writeRequest(client, new ControlRequest(new String[] {"logs"}, 0));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
      }

      assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aNodeThatEndsLeavesItsClientsInDoubt() throws Exception {
    Path dataDir = prepared();
    CountDownLatch begun = new CountDownLatch(1);
    ControlServer.Handler waits =
        (request, out, err) -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return 0;
        };
    try (ControlServer server = ControlServer.open(dataDir, waits)) {
      Thread ending =
          new Thread(
              () -> {
                try {
                  begun.await();
                  server.close();
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      ending.start();

      assertThatThrownBy(() -> run(dataDir, "scale")).hasMessageContaining("may have had effect");
      ending.join();
    }
  }
}
