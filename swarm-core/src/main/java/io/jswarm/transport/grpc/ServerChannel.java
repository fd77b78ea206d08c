// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.jswarm.loop.EventLoop;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Listener;
import io.jswarm.transport.MessageCodec;
import io.jswarm.transport.PeerIdentity;

/** The end of the node that accepted the channel. */
final class ServerChannel extends StreamChannel {
  private final ServerCall<byte[], byte[]> call;
  private final ServerConnection connection;
  private final PeerIdentity peer;

  ServerChannel(
      ServerCall<byte[], byte[]> call,
      ServerConnection connection,
      PeerIdentity peer,
      ChannelKind kind,
      MessageCodec codec,
      TransportLimits limits,
      EventLoop loop) {
    super(kind, codec, limits, connection.io(), loop);
    this.call = call;
    this.connection = connection;
    this.peer = peer;
  }

  /** Tells both sides that the channel is open. */
  ServerCall.Listener<byte[]> open(Listener listener) {
    connection.add(this);
    call.sendHeaders(new Metadata());
    inbox().open(() -> listener.onChannel(this));
    call.request(1);
    return new Requests();
  }

  /** Ends a call so that the other end knows that it was us. */
  static void end(ServerCall<?, ?> call, Status status) {
    Metadata trailers = new Metadata();
    trailers.put(Wire.ENDED, "");
    call.close(status, trailers);
  }

  @Override
  public PeerIdentity peer() {
    return peer;
  }

  @Override
  public String peerAddress() {
    return connection.host();
  }

  @Override
  public boolean isReady() {
    return !isOver() && call.isReady();
  }

  @Override
  public void write(byte[] bytes) {
    call.sendMessage(bytes);
  }

  @Override
  public void finish() {
    if (!isOver()) {
      end(call, Status.OK);
      end(CLOSED);
    }
  }

  @Override
  void request() {
    call.request(1);
  }

  @Override
  void abort(String reason) {
    end(call, Status.ABORTED.withDescription(reason));
  }

  @Override
  void released() {
    connection.remove(this);
  }

  /** What the opening end sends. */
  private final class Requests extends ServerCall.Listener<byte[]> {
    @Override
    public void onMessage(byte[] message) {
      take(message);
    }

    @Override
    public void onReady() {
      drain();
    }

    @Override
    public void onHalfClose() {
      if (!isOver()) {
        end(call, Status.OK);
        end(CLOSED);
      }
    }

    @Override
    public void onCancel() {
      end(connection.failure());
    }

    @Override
    public void onComplete() {
      end(CLOSED);
    }
  }
}
