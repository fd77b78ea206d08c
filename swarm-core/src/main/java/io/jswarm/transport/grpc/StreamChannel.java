// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.jswarm.loop.EventLoop;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.MessageCodec;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the two ends of a stream have in common. {@link #send} and {@link #close} from any thread,
 * all else on the I/O thread.
 */
abstract class StreamChannel implements Channel, Outbox.Stream {
  static final String CLOSED = "closed by the other end";

  /** How long a peer may take to read what was sent before a close. */
  private static final Duration LINGER = Duration.ofSeconds(10);

  private final ChannelKind kind;
  private final TransportLimits limits;
  private final IoThread io;
  private final Inbox inbox;
  private final Outbox outbox;
  private final AtomicBoolean closed = new AtomicBoolean();
  private boolean over;

  StreamChannel(
      ChannelKind kind, MessageCodec codec, TransportLimits limits, IoThread io, EventLoop loop) {
    this.kind = kind;
    this.limits = limits;
    this.io = io;
    this.inbox = new Inbox(loop, codec, limits, io, this::requestIfOpen);
    this.outbox = new Outbox(kind, codec, limits, io, this);
  }

  /** Asks for one more message. */
  abstract void request();

  /** Ends the stream so that the other end notices. */
  abstract void abort(String reason);

  /** The stream is over, whatever the reason; once. */
  abstract void released();

  final ChannelKind kind() {
    return kind;
  }

  final IoThread io() {
    return io;
  }

  final Inbox inbox() {
    return inbox;
  }

  /** True once nothing more is sent or handed over. */
  final boolean isOver() {
    return over;
  }

  @Override
  public final void send(Message message) {
    outbox.add(message);
  }

  @Override
  public final void close() {
    if (!closed.getAndSet(true)) {
      inbox.mute();
      outbox.close();
      io.schedule(LINGER, () -> failNow("what was sent before the close was not read"));
    }
  }

  @Override
  public final void fail(String reason) {
    io.execute(() -> failNow(reason));
  }

  final void failNow(String reason) {
    if (!over) {
      over = true;
      abort(reason);
      conclude(reason);
    }
  }

  /** The stream ended; the receiver is told. */
  final void end(String reason) {
    if (!over) {
      over = true;
      conclude(reason);
    }
  }

  private void conclude(String reason) {
    outbox.stop();
    inbox.end(reason);
    released();
  }

  /** The stream is ready for more. */
  final void drain() {
    outbox.drain();
  }

  final void take(byte[] bytes) {
    if (over) {
      return;
    }
    if (bytes.length > Outbox.largest(kind, limits)) {
      failNow("a message of " + bytes.length + " bytes is too large for " + kind);
      return;
    }
    try {
      inbox.take(bytes);
    } catch (RuntimeException e) {
      failNow("a message that cannot be read: " + e.getMessage());
    }
  }

  private void requestIfOpen() {
    if (!over) {
      request();
    }
  }
}
