// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import java.time.Duration;

/**
 * The times, sizes and numbers a {@link GrpcTransport} keeps to, so that no peer can make it wait
 * or fill its memory. The canonical constructor is not API: use {@link #builder()}.
 *
 * @param connectTimeout after which a channel that is not open counts as failed
 * @param handshakeTimeout within which whoever connects here has to be done with TLS
 * @param keepAliveTime of silence after which a connection is probed
 * @param keepAliveTimeout after the probe until a connection that stays silent breaks
 * @param maxMessageBytes size of one message; larger ones break their channel at either end
 * @param maxEnrolmentBytes the same for channels of kind ENROLMENT, which anybody may open
 * @param maxAnonymousBytes all that a connection without certificate may send in its life
 * @param windowMessages number of messages that wait for the receiver's loop before no more are
 *     read
 * @param windowBytes their size; one message may go beyond
 * @param queueMessages number of messages that wait to be sent; more break the channel
 * @param queueBytes their size; more breaks the channel
 * @param maxHandshakes connections not done with TLS at a time; more are closed at once
 * @param maxAnonymous connections without certificate at a time, of which the oldest make room, and
 *     channels on each of them
 */
public record TransportLimits(
    Duration connectTimeout,
    Duration handshakeTimeout,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    int maxMessageBytes,
    int maxEnrolmentBytes,
    int maxAnonymousBytes,
    int windowMessages,
    int windowBytes,
    int queueMessages,
    long queueBytes,
    int maxHandshakes,
    int maxAnonymous) {
  public TransportLimits {
    requirePositive("connectTimeout", connectTimeout);
    requirePositive("handshakeTimeout", handshakeTimeout);
    requirePositive("keepAliveTime", keepAliveTime);
    requirePositive("keepAliveTimeout", keepAliveTimeout);
    requirePositive("maxMessageBytes", maxMessageBytes);
    requirePositive("maxEnrolmentBytes", maxEnrolmentBytes);
    requirePositive("maxAnonymousBytes", maxAnonymousBytes);
    requirePositive("windowMessages", windowMessages);
    requirePositive("windowBytes", windowBytes);
    requirePositive("queueMessages", queueMessages);
    requirePositive("queueBytes", queueBytes);
    requirePositive("maxHandshakes", maxHandshakes);
    requirePositive("maxAnonymous", maxAnonymous);
  }

  private static void requirePositive(String name, Duration value) {
    requirePositive(name, value.toMillis());
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " has to be positive");
    }
  }

  /** What nodes use unless told otherwise. */
  public static TransportLimits standard() {
    return builder().build();
  }

  /** Begins with the standard values. */
  public static Builder builder() {
    return new Builder();
  }

  /** Makes limits. Not thread-safe. */
  public static final class Builder {
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration keepAliveTime = Duration.ofMillis(500);
    private Duration keepAliveTimeout = Duration.ofMillis(1_250);
    private int maxMessageBytes = 8 << 20;
    private int maxEnrolmentBytes = 64 << 10;
    private int maxAnonymousBytes = 256 << 10;
    private int windowMessages = 256;
    private int windowBytes = 4 << 20;
    private int queueMessages = 100_000;
    private long queueBytes = 64 << 20;
    private int maxHandshakes = 1_024;
    private int maxAnonymous = 64;

    private Builder() {}

    /** 5 s unless set. */
    public Builder connectTimeout(Duration value) {
      connectTimeout = value;
      return this;
    }

    /** 10 s unless set. */
    public Builder handshakeTimeout(Duration value) {
      handshakeTimeout = value;
      return this;
    }

    /** 500 ms and 1.25 s unless set: silence is noticed within 2 s. */
    public Builder keepAlive(Duration time, Duration timeout) {
      keepAliveTime = time;
      keepAliveTimeout = timeout;
      return this;
    }

    /** 8 MiB unless set. */
    public Builder maxMessageBytes(int value) {
      maxMessageBytes = value;
      return this;
    }

    /** 64 KiB a message and 256 KiB a connection unless set. */
    public Builder maxEnrolmentBytes(int message, int connection) {
      maxEnrolmentBytes = message;
      maxAnonymousBytes = connection;
      return this;
    }

    /** 256 messages or 4 MiB unless set. */
    public Builder window(int messages, int bytes) {
      windowMessages = messages;
      windowBytes = bytes;
      return this;
    }

    /** 100 000 messages or 64 MiB unless set. */
    public Builder queue(int messages, long bytes) {
      queueMessages = messages;
      queueBytes = bytes;
      return this;
    }

    /** 1 024 unless set: all workers of a cluster may come back at once. */
    public Builder maxHandshakes(int value) {
      maxHandshakes = value;
      return this;
    }

    /** 64 unless set. */
    public Builder maxAnonymous(int value) {
      maxAnonymous = value;
      return this;
    }

    /** The limits; {@link IllegalArgumentException} if one is not positive. */
    public TransportLimits build() {
      return new TransportLimits(
          connectTimeout,
          handshakeTimeout,
          keepAliveTime,
          keepAliveTimeout,
          maxMessageBytes,
          maxEnrolmentBytes,
          maxAnonymousBytes,
          windowMessages,
          windowBytes,
          queueMessages,
          queueBytes,
          maxHandshakes,
          maxAnonymous);
    }
  }
}
