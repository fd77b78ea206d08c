// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Breaks a connection on which nothing is heard although it was asked for. gRPC does so too, but
 * for the side that connects not more often than every ten seconds. It counts its own ticks and not
 * the time: a node that was stopped for a while itself had no time to listen. On the I/O thread.
 */
final class Pulse extends ClientCall.Listener<byte[]> {
  private static final int PER_TIME = 2;

  private final Link link;
  private final ConnectionWatch ear;
  private final Duration silence;
  private final Duration tick;
  private final long mostQuiet;
  private @Nullable ClientCall<byte[], byte[]> ping;
  private long quiet;
  private boolean stopped;

  Pulse(Link link, ConnectionWatch ear, TransportLimits limits) {
    this.link = link;
    this.ear = ear;
    this.silence = limits.keepAliveTime().plus(limits.keepAliveTimeout());
    this.tick = limits.keepAliveTime().dividedBy(PER_TIME);
    this.mostQuiet = silence.dividedBy(tick);
  }

  void begin() {
    link.io().schedule(tick, this::tick);
  }

  /** From now on does not only listen. */
  void ask() {
    if (ping == null && !stopped) {
      ping = link.call(Wire.PING);
      ping.start(this, new Metadata());
      ping.request(1);
    }
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
    quiet = ear.hasHeard() ? 0 : quiet + 1;
    if (quiet >= mostQuiet) {
      link.abort("nothing was heard from " + link.address() + " for " + silence);
      return;
    }
    if (quiet > 0 && quiet % PER_TIME == 0 && ping != null && ping.isReady()) {
      ping.sendMessage(new byte[0]);
    }
    begin();
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
