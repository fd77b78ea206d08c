// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * What goes over the control socket: from the client one request, a length and JSON; from the node
 * any number of answers, each a kind, a length and bytes, the last of them the exit code. Lengths
 * have four bytes and a limit.
 */
final class ControlProtocol {
  static final int MAX_REQUEST = 1 << 20;
  static final int MAX_ANSWER = 1 << 16;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What an answer holds. */
  enum Kind {
    STDOUT,
    STDERR,
    EXIT
  }

  /** A piece of output, or the exit code. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(Kind kind, byte[] content) {
    /** The exit code. */
    int code() {
      return ByteBuffer.wrap(content).getInt();
    }
  }

  private ControlProtocol() {}

  static void writeRequest(WritableByteChannel to, ControlRequest request) throws IOException {
    byte[] content = JSON.writeValueAsBytes(request);
    if (content.length > MAX_REQUEST) {
      throw new IOException("the command line is longer than " + MAX_REQUEST + " bytes");
    }
    write(to, ByteBuffer.allocate(4 + content.length).putInt(content.length).put(content));
  }

  /** Reads a request; what is none ends with an IOException that says why. */
  static ControlRequest readRequest(ReadableByteChannel from) throws IOException {
    int length = read(from, 4).getInt();
    if (length < 0 || length > MAX_REQUEST) {
      throw new IOException(
          "a request of " + Integer.toUnsignedString(length) + " bytes is no command line");
    }
    byte[] content = read(from, length).array();
    try {
      ControlRequest request = JSON.readValue(content, ControlRequest.class);
      if (request == null) {
        throw new IOException("an empty request is no command line");
      }
      return request;
    } catch (JacksonException e) {
      throw new IOException("the request is no command line: " + e.getOriginalMessage(), e);
    }
  }

  static void writeExit(WritableByteChannel to, int code) throws IOException {
    writeAnswer(to, Kind.EXIT, ByteBuffer.allocate(4).putInt(0, code));
  }

  /** Writes all of {@code content}, in as many pieces as it takes. */
  static void writeAnswer(WritableByteChannel to, Kind kind, ByteBuffer content)
      throws IOException {
    while (content.hasRemaining()) {
      ByteBuffer piece = content.slice();
      piece.limit(Math.min(piece.remaining(), MAX_ANSWER));
      content.position(content.position() + piece.remaining());
      write(
          to,
          ByteBuffer.allocate(5 + piece.remaining())
              .put((byte) kind.ordinal())
              .putInt(piece.remaining())
              .put(piece));
    }
  }

  static Answer readAnswer(ReadableByteChannel from) throws IOException {
    ByteBuffer head = read(from, 5);
    int kind = head.get();
    int length = head.getInt();
    if (kind < 0 || kind >= Kind.values().length || length < 0 || length > MAX_ANSWER) {
      throw new IOException("the node's answer cannot be understood");
    }
    Answer answer = new Answer(Kind.values()[kind], read(from, length).array());
    if (answer.kind() == Kind.EXIT && length != 4) {
      throw new IOException("the node's exit code cannot be understood");
    }
    return answer;
  }

  private static void write(WritableByteChannel to, ByteBuffer frame) throws IOException {
    frame.flip();
    while (frame.hasRemaining()) {
      to.write(frame);
    }
  }

  private static ByteBuffer read(ReadableByteChannel from, int length) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(length);
    while (content.hasRemaining()) {
      if (from.read(content) < 0) {
        throw new EOFException("the connection ended in the middle");
      }
    }
    return content.flip();
  }
}
