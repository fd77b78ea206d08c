// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.jswarm.loop.EventLoop;
import io.jswarm.transport.Message;
import io.jswarm.transport.MessageCodec;
import io.jswarm.transport.Receiver;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands what arrives over to the receiver's loop, and asks for more only while little waits there:
 * the rest stays with the sender. On the I/O thread, but for {@link #mute} and what runs on the
 * loop.
 */
final class Inbox {
  private final EventLoop loop;
  private final MessageCodec codec;
  private final TransportLimits limits;
  private final Executor io;

  /** Asks the stream for one more message. */
  private final Runnable request;

  private final AtomicInteger waitingMessages = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicBoolean stalled = new AtomicBoolean();
  private volatile boolean muted;

  /** Set on the loop; null until the listener has been called. */
  private @Nullable Receiver receiver;

  Inbox(EventLoop loop, MessageCodec codec, TransportLimits limits, Executor io, Runnable request) {
    this.loop = loop;
    this.codec = codec;
    this.limits = limits;
    this.io = io;
    this.request = request;
  }

  /** Has the receiver made on the loop, before anything is handed over. */
  void open(Supplier<Receiver> maker) {
    loop.execute(() -> receiver = maker.get());
  }

  /** The receiver hears nothing any more, and what arrives is dropped. Any thread. */
  void mute() {
    muted = true;
  }

  /**
   * A message arrived.
   *
   * @throws RuntimeException when it cannot be read
   */
  void take(byte[] bytes) {
    if (muted) {
      request.run();
      return;
    }
    Message message = codec.decode(bytes);
    waitingMessages.incrementAndGet();
    waitingBytes.addAndGet(bytes.length);
    loop.execute(() -> deliver(message, bytes.length));
    if (waitsAtMost(limits.windowMessages() - 1, limits.windowBytes() - 1)) {
      request.run();
    } else {
      stalled.set(true);
      resume(request); // the loop may have taken everything before it could know
    }
  }

  /** Nothing comes any more. */
  void end(String reason) {
    loop.execute(
        () -> {
          Receiver target = receiver;
          if (target != null && !muted) {
            target.onClosed(reason);
          }
        });
  }

  private void deliver(Message message, int bytes) {
    try {
      Receiver target = receiver;
      if (target != null && !muted) {
        target.onMessage(message);
      }
    } finally {
      waitingMessages.decrementAndGet();
      waitingBytes.addAndGet(-bytes);
      resume(() -> io.execute(request));
    }
  }

  /** At half the window, so that not every message is asked for by itself. */
  private void resume(Runnable how) {
    if (stalled.get()
        && waitsAtMost(limits.windowMessages() / 2, limits.windowBytes() / 2)
        && stalled.compareAndSet(true, false)) {
      how.run();
    }
  }

  private boolean waitsAtMost(int messages, int bytes) {
    return waitingMessages.get() <= messages && waitingBytes.get() <= bytes;
  }
}
