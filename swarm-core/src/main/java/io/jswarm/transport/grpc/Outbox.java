// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.MessageCodec;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What waits to be sent. Whoever sends only queues; messages are written to bytes and given to the
 * stream, as fast as it takes them, on the I/O thread. A peer that takes too little breaks the
 * channel: what it does not read must not fill this node's memory.
 */
final class Outbox {
  private final ChannelKind kind;
  private final MessageCodec codec;
  private final TransportLimits limits;
  private final IoThread io;
  private final Stream stream;

  /** Messages as they were sent; any thread adds. */
  private final Queue<Message> messages = new ConcurrentLinkedQueue<>();

  /** Messages written, which the stream did not take yet; I/O thread. */
  private final ArrayDeque<byte[]> written = new ArrayDeque<>();

  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean draining = new AtomicBoolean();
  private long writtenBytes;
  private volatile boolean closing;
  private volatile boolean stopped;

  /** Where bytes go; on the I/O thread, but for {@link #fail}. */
  interface Stream {
    /** Whether a message would be sent now and not queued. */
    boolean isReady();

    /** Sends a message. */
    void write(byte[] bytes);

    /** Ends this direction: all that was to be sent was. */
    void finish();

    /** Breaks the channel. Any thread. */
    void fail(String reason);
  }

  Outbox(ChannelKind kind, MessageCodec codec, TransportLimits limits, IoThread io, Stream stream) {
    this.kind = kind;
    this.codec = codec;
    this.limits = limits;
    this.io = io;
    this.stream = stream;
  }

  /** Queues a message. Any thread. */
  void add(Message message) {
    if (closing || stopped) {
      return;
    }
    if (waiting.incrementAndGet() > limits.queueMessages()) {
      stopped = true;
      stream.fail(
          "the other end is too slow: more than "
              + limits.queueMessages()
              + " messages wait to be sent");
      return;
    }
    messages.add(message);
    drainSoon();
  }

  /** Takes no more, and ends the stream once all is sent. Any thread. */
  void close() {
    closing = true;
    drainSoon();
  }

  /** Forgets what waits. I/O thread. */
  void stop() {
    stopped = true;
    messages.clear();
    written.clear();
    writtenBytes = 0;
  }

  private void drainSoon() {
    if (draining.compareAndSet(false, true)) {
      io.execute(this::drain);
    }
  }

  /** Sends what can be sent. I/O thread; also called when the stream is ready for more. */
  void drain() {
    draining.set(false);
    boolean last = closing;
    if (stopped || !writeAll()) {
      return;
    }
    while (!written.isEmpty() && stream.isReady()) {
      byte[] bytes = written.remove();
      writtenBytes -= bytes.length;
      waiting.decrementAndGet();
      stream.write(bytes);
    }
    if (last && written.isEmpty() && !stopped) {
      stopped = true;
      stream.finish();
    }
  }

  /** False when the channel broke. */
  private boolean writeAll() {
    for (Message next = messages.poll(); next != null; next = messages.poll()) {
      byte[] bytes;
      try {
        bytes = codec.encode(next);
      } catch (RuntimeException e) {
        return broken("a message that cannot be sent: " + e.getMessage());
      }
      if (bytes.length > largest()) {
        return broken(
            "a message of "
                + bytes.length
                + " bytes is too large: "
                + kind
                + " takes "
                + largest()
                + " at most");
      }
      written.add(bytes);
      writtenBytes += bytes.length;
      if (writtenBytes > limits.queueBytes() && written.size() > 1) {
        return broken(
            "the other end is too slow: more than "
                + limits.queueBytes()
                + " bytes wait to be sent");
      }
    }
    return true;
  }

  private boolean broken(String reason) {
    stopped = true;
    stream.fail(reason);
    return false;
  }

  private int largest() {
    return largest(kind, limits);
  }

  /** Bytes of the largest message that may be sent in a channel of this kind. */
  static int largest(ChannelKind kind, TransportLimits limits) {
    return kind == ChannelKind.ENROLMENT
        ? Math.min(limits.maxEnrolmentBytes(), limits.maxMessageBytes())
        : limits.maxMessageBytes();
  }
}
