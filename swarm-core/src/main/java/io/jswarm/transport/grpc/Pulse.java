// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The side that connects sees to it that both ends of a connection hear something at least every
 * keep-alive time: it pings when it said or heard nothing else, and the other end answers. Whoever
 * hears nothing for longer breaks the connection. gRPC has the like, but not more often than every
 * ten seconds. What is counted are own ticks and not the time: a node that was stopped for a while
 * itself had no time to listen. On the I/O thread.
 */
final class Pulse extends ClientCall.Listener<byte[]> {
  private static final int PER_TIME = 2;

  private final Link link;
  private final ConnectionWatch watch;
  private final Duration silence;
  private final Duration tick;
  private final long mostQuiet;
  private @Nullable ClientCall<byte[], byte[]> ping;
  private long quiet;
  private long still;
  private boolean stopped;

  Pulse(Link link, ConnectionWatch watch, TransportLimits limits) {
    this.link = link;
    this.watch = watch;
    this.silence = limits.keepAliveTime().plus(limits.keepAliveTimeout());
    this.tick = tick(limits);
    this.mostQuiet = mostQuiet(limits);
  }

  /** How often to look whether anything was heard. */
  static Duration tick(TransportLimits limits) {
    return limits.keepAliveTime().dividedBy(PER_TIME);
  }

  /** After so many ticks without a word the other end is gone. */
  static long mostQuiet(TransportLimits limits) {
    return limits.keepAliveTime().plus(limits.keepAliveTimeout()).dividedBy(tick(limits));
  }

  void begin() {
    ping = link.call(Wire.PING);
    ping.start(this, new Metadata());
    ping.request(1);
    link.io().schedule(tick, this::tick);
  }

  void stop() {
    stopped = true;
    if (ping != null) {
      ping.cancel("no longer needed", null);
    }
  }

  private void tick() {
    if (stopped) {
      return;
    }
    quiet = watch.hasHeard() ? 0 : quiet + 1;
    still = watch.hasSpoken() ? 0 : still + 1;
    if (quiet >= mostQuiet) {
      link.abort("nothing was heard from " + link.address() + " for " + silence);
      return;
    }
    long since = Math.max(quiet, still);
    if (since > 0 && since % PER_TIME == 0 && ping != null && ping.isReady()) {
      ping.sendMessage(new byte[0]);
    }
    link.io().schedule(tick, this::tick);
  }

  @Override
  public void onMessage(byte[] message) {
    if (ping != null) {
      ping.request(1);
    }
  }

  /** Without the answers, silence means nothing. */
  @Override
  public void onClose(Status status, Metadata trailers) {
    if (!stopped) {
      stopped = true;
      link.retire(link.explain(status));
    }
  }
}
