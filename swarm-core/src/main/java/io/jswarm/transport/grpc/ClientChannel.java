// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.jswarm.loop.EventLoop;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.MessageCodec;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The end of the node that opened the channel. */
final class ClientChannel extends StreamChannel {
  private final Link link;
  private final PeerIdentity self;
  private final TransportLimits limits;
  private @Nullable ClientCall<byte[], byte[]> call;
  private EventLoop.@Nullable Timer opening;
  private boolean verified;
  private volatile String localAddress = "";

  ClientChannel(
      Link link,
      ChannelKind kind,
      MessageCodec codec,
      TransportLimits limits,
      PeerIdentity self,
      EventLoop loop,
      Receiver receiver) {
    super(kind, codec, limits, link.io(), loop);
    this.link = link;
    this.self = self;
    this.limits = limits;
    inbox().open(() -> receiver);
  }

  /** Begins to open the channel. I/O thread. */
  void open() {
    opening = io().schedule(limits.connectTimeout(), this::timedOut);
    try {
      ClientCall<byte[], byte[]> fresh = link.call(Wire.method(kind()));
      call = fresh;
      fresh.start(new Answers(), new Metadata());
      fresh.request(1);
    } catch (RuntimeException e) {
      link.retire("cannot reach " + link.address() + ": " + e.getMessage());
      end(link.failure());
    }
  }

  private void timedOut() {
    failNow("no answer from " + link.address() + " within " + limits.connectTimeout());
    link.retire("no answer in time");
  }

  private void opened() {
    if (opening != null) {
      opening.cancel();
    }
  }

  @Override
  public PeerIdentity peer() {
    return self;
  }

  @Override
  public String peerAddress() {
    return localAddress;
  }

  @Override
  public boolean isReady() {
    return call != null && call.isReady() && isVerified(call);
  }

  /** Nothing is sent before it is known that a manager takes it. */
  private boolean isVerified(ClientCall<?, ?> open) {
    if (!verified && !isOver()) {
      Optional<String> stranger =
          kind() == ChannelKind.ENROLMENT
              ? Optional.empty() // who has no certificate yet knows no cluster to compare with
              : link.refusal(open.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
      if (stranger.isPresent()) {
        failNow(stranger.get());
        link.retire(stranger.get());
      } else {
        verified = true;
        link.opened(kind());
        SocketAddress local = open.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR);
        localAddress = Addresses.host(local instanceof InetSocketAddress inet ? inet : null);
      }
    }
    return verified;
  }

  @Override
  public void write(byte[] bytes) {
    if (call != null) {
      call.sendMessage(bytes);
    }
  }

  @Override
  public void finish() {
    if (call != null) {
      call.halfClose();
    }
  }

  @Override
  void request() {
    if (call != null) {
      call.request(1);
    }
  }

  @Override
  void abort(String reason) {
    if (call != null) {
      call.cancel(reason, null);
    }
  }

  @Override
  void released() {
    opened();
    link.release();
  }

  /** What the accepting end sends. */
  private final class Answers extends ClientCall.Listener<byte[]> {
    @Override
    public void onHeaders(Metadata headers) {
      opened();
    }

    @Override
    public void onMessage(byte[] message) {
      if (call != null && isVerified(call)) {
        take(message);
      }
    }

    @Override
    public void onReady() {
      drain();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (isOver()) {
        return;
      }
      if (trailers.containsKey(Wire.ENDED)) {
        String reason = status.getDescription();
        end(status.isOk() || reason == null ? CLOSED : reason);
      } else {
        link.retire(link.explain(status));
        end(link.failure());
      }
    }
  }
}
