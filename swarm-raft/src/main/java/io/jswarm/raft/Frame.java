// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.transport.RawMessage;
import java.nio.ByteBuffer;

/**
 * What every message between managers says first.
 *
 * @param call the number by which an answer finds its request
 * @param sequence counts the frames of one direction of one channel, so that none is taken twice or
 *     out of order whatever the transport does
 * @param cluster the cluster this is about, 0 if the sender does not know yet
 * @param from the sender
 * @param to the one meant; an earlier or later life of it at the same address is not
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Frame(
    Kind kind,
    Type type,
    long call,
    long sequence,
    long cluster,
    String from,
    String to,
    byte[] body) {
  private static final byte FORMAT = 1;

  /** Request or which answer. */
  enum Kind {
    REQUEST,
    ANSWER,
    /** The request cannot be answered; the body is text. */
    FAILURE,
    /** The sender of the request was removed from the cluster. */
    REMOVED,
    /** The request is for another manager or another cluster than the one that got it. */
    MISDIRECTED
  }

  /** What is asked for. */
  enum Type {
    APPEND,
    POLL,
    VOTE,
    INSTALL,
    /** The leader asks the receiver to stand for election at once (Raft thesis §3.10). */
    TIMEOUT_NOW,
    /** A manager asks the leader to take it out. */
    LEAVE
  }

  RawMessage toMessage() {
    byte[] sender = MessageCodec.name(from);
    byte[] receiver = MessageCodec.name(to);
    return new RawMessage(
        ByteBuffer.allocate(39 + sender.length + receiver.length + body.length)
            .put(FORMAT)
            .put((byte) kind.ordinal())
            .put((byte) type.ordinal())
            .putLong(call)
            .putLong(sequence)
            .putLong(cluster)
            .putInt(sender.length)
            .put(sender)
            .putInt(receiver.length)
            .put(receiver)
            .putInt(body.length)
            .put(body)
            .array());
  }

  /**
   * What {@link #toMessage} wrote.
   *
   * @throws RuntimeException when it did not
   */
  static Frame of(RawMessage message) {
    ByteBuffer in = ByteBuffer.wrap(message.bytes());
    byte format = in.get();
    if (format != FORMAT) {
      throw new IllegalArgumentException("a frame of format " + format);
    }
    Kind kind = Kind.values()[in.get()];
    Type type = Type.values()[in.get()];
    return new Frame(
        kind,
        type,
        in.getLong(),
        in.getLong(),
        in.getLong(),
        MessageCodec.name(in),
        MessageCodec.name(in),
        MessageCodec.bytes(in));
  }
}
