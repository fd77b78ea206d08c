// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.examples.node.ControlProtocol.Answer;
import io.jswarm.examples.node.ControlProtocol.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlProtocolTest {
  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
  private final WritableByteChannel out = Channels.newChannel(wire);

  private ReadableByteChannel in() {
    return Channels.newChannel(new ByteArrayInputStream(wire.toByteArray()));
  }

  private static ReadableByteChannel frame(int length, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(4 + bytes.length).putInt(length).put(bytes);
    return Channels.newChannel(new ByteArrayInputStream(frame.array()));
  }

  private static ReadableByteChannel frame(String content) {
    return frame(content.getBytes(StandardCharsets.UTF_8).length, content);
  }

  @Test
  void aRequestArrivesAsItWasSent() throws IOException {
    ControlRequest request =
        new ControlRequest(List.of("service", "create", "--env", "Ä=\"1\n2\"", ""), 120);

    ControlProtocol.writeRequest(out, request);

    assertThat(ControlProtocol.readRequest(in())).isEqualTo(request);
  }

  @Test
  void aCommandLineThatIsTooLongIsNotSent() {
    ControlRequest request =
        new ControlRequest(List.of("x".repeat(ControlProtocol.MAX_REQUEST)), 0);

    assertThatThrownBy(() -> ControlProtocol.writeRequest(out, request))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("longer than 1048576 bytes");
    assertThat(wire.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, ControlProtocol.MAX_REQUEST + 1})
  void aLengthBeyondTheLimitIsRefusedBeforeAnythingIsKept(int length) {
    assertThatThrownBy(() -> ControlProtocol.readRequest(frame(length, "")))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(EOFException.class)
        .hasMessageContaining("is no command line");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "[]",
        "\"ls\"",
        "not json",
        "{\"args\":null,\"columns\":1}",
        "{\"args\":[null],\"columns\":1}",
        "{\"args\":[\"ls\"],\"columns\":\"wide\"}",
        "{\"args\":[\"ls\"],\"columns\":1,\"more\":1}"
      })
  void whatIsNoRequestIsRefused(String content) {
    assertThatThrownBy(() -> ControlProtocol.readRequest(frame(content)))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(EOFException.class)
        .hasMessageContaining("no command line");
  }

  @Test
  void aRequestThatBreaksOffIsNone() {
    assertThatThrownBy(() -> ControlProtocol.readRequest(frame(10, "{\"args")))
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(
            () ->
                ControlProtocol.readRequest(
                    Channels.newChannel(new ByteArrayInputStream(new byte[3]))))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void outputGoesInPiecesAndTheExitCodeLast() throws IOException {
    byte[] content = "0123456789".repeat(20_000).getBytes(StandardCharsets.UTF_8);
    ControlProtocol.writeAnswer(out, Kind.STDOUT, ByteBuffer.wrap(content));
    ControlProtocol.writeAnswer(out, Kind.STDERR, ByteBuffer.wrap(new byte[] {7}));
    ControlProtocol.writeExit(out, 137);

    ReadableByteChannel in = in();
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    Answer answer = ControlProtocol.readAnswer(in);
    while (answer.kind() == Kind.STDOUT) {
      assertThat(answer.content()).hasSizeLessThanOrEqualTo(ControlProtocol.MAX_ANSWER);
      got.write(answer.content());
      answer = ControlProtocol.readAnswer(in);
    }

    assertThat(got.toByteArray()).isEqualTo(content);
    assertThat(answer.kind()).isEqualTo(Kind.STDERR);
    assertThat(ControlProtocol.readAnswer(in).code()).isEqualTo(137);
  }

  @Test
  void whatIsNoAnswerIsRefused() {
    assertThatThrownBy(() -> answer(3, 0)).hasMessageContaining("cannot be understood");
    assertThatThrownBy(() -> answer(-1, 0)).hasMessageContaining("cannot be understood");
    assertThatThrownBy(() -> answer(0, -1)).hasMessageContaining("cannot be understood");
    assertThatThrownBy(() -> answer(0, ControlProtocol.MAX_ANSWER + 1))
        .hasMessageContaining("cannot be understood");
    assertThatThrownBy(() -> answer(2, 0)).hasMessageContaining("exit code");
  }

  private static Answer answer(int kind, int length) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(5).put((byte) kind).putInt(length);
    return ControlProtocol.readAnswer(Channels.newChannel(new ByteArrayInputStream(head.array())));
  }
}
