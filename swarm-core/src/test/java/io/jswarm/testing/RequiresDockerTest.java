// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.io.TempDir;

class RequiresDockerTest {

  @TempDir Path directory;

  @Test
  void withoutAnEngineTheTestIsSkippedAndSaysWhere() {
    var result = new DockerCondition(Map.of("DOCKER_HOST", "unix:///nowhere.sock")).evaluate();

    assertThat(result.isDisabled()).isTrue();
    assertThat(result.getReason()).hasValueSatisfying(r -> assertThat(r).contains("/nowhere.sock"));
  }

  @Test
  void withoutAnEngineTheTestFailsWhereOneIsRequired() {
    var condition =
        new DockerCondition(
            Map.of("DOCKER_HOST", "unix:///nowhere.sock", "SWARM_REQUIRE_DOCKER", "true"));

    assertThatIllegalStateException()
        .isThrownBy(condition::evaluate)
        .withMessageContaining("/nowhere.sock");
  }

  @Test
  void anEngineThatAnswersThePingIsFound() throws IOException {
    assertThat(conditionAtServerAnswering("HTTP/1.1 200 OK\r\n\r\nOK").isDisabled()).isFalse();
  }

  @Test
  void anEngineThatAnswersWithAnErrorIsNone() throws IOException {
    assertThat(conditionAtServerAnswering("HTTP/1.1 500 Oops\r\n\r\n").isDisabled()).isTrue();
  }

  private ConditionEvaluationResult conditionAtServerAnswering(String answer) throws IOException {
    Path socket = directory.resolve("d.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      var served =
          CompletableFuture.runAsync(
              () -> {
                try (SocketChannel peer = server.accept()) {
                  peer.read(ByteBuffer.allocate(1024));
                  peer.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });

      var result = new DockerCondition(Map.of("DOCKER_HOST", "unix://" + socket)).evaluate();

      served.join();
      return result;
    }
  }
}
