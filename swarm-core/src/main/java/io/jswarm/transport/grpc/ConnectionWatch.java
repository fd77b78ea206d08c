// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelDuplexHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import org.jspecify.annotations.Nullable;

/** Sees the bytes of a connection before TLS does. On the connection's I/O thread. */
class ConnectionWatch extends ChannelDuplexHandler {
  /** Of all streams of a connection together. */
  private static final int CONNECTION_WINDOW_BYTES = 64 << 20;

  private @Nullable ChannelHandlerContext place;
  private volatile boolean heard;
  private boolean spoken;

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    place = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    heard = true;
    if (message instanceof ByteBuf bytes) {
      onBytes(bytes.readableBytes());
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    spoken = true;
    var unused = context.write(message, promise);
  }

  /** Bytes came in. */
  void onBytes(int count) {}

  /**
   * Closes the connection, whatever there is still to say: asked politely, HTTP would first wait
   * for its streams to end, and TLS for its last message to be sent.
   */
  final void hangUp() {
    if (place != null) {
      var unused = place.close();
    }
  }

  /** Whether anything went out since the last call. */
  final boolean hasSpoken() {
    boolean was = spoken;
    spoken = false;
    return was;
  }

  /** Whether anything came in since the last call. For one caller, from any thread. */
  final boolean hasHeard() {
    boolean was = heard;
    heard = false;
    return was;
  }

  /**
   * Lets each stream use its own window up: gRPC gives the connection no more than one stream, so
   * that one receiver that is slow to read would stall all channels of the connection.
   */
  final void widen() {
    if (place == null) {
      return;
    }
    Channel channel = place.channel();
    Http2ConnectionHandler http = channel.pipeline().get(Http2ConnectionHandler.class);
    if (http == null || http.connection() == null) {
      return;
    }
    try {
      Http2Connection connection = http.connection();
      connection
          .local()
          .flowController()
          .incrementWindowSize(
              connection.connectionStream(), CONNECTION_WINDOW_BYTES - Wire.STREAM_WINDOW_BYTES);
      channel.flush();
    } catch (Http2Exception e) {
      hangUp();
    }
  }
}
