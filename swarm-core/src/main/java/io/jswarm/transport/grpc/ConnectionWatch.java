// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;

/** Sees the bytes of a connection before TLS does. On the connection's I/O thread. */
class ConnectionWatch extends ChannelInboundHandlerAdapter {
  /** Of all streams of a connection together. */
  private static final int CONNECTION_WINDOW_BYTES = 64 << 20;

  private boolean heard;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    heard = true;
    if (message instanceof ByteBuf bytes) {
      onBytes(context.channel(), bytes.readableBytes());
    }
    context.fireChannelRead(message);
  }

  /** Bytes came in. */
  void onBytes(Channel channel, int count) {}

  /** Whether anything came in since the last call. */
  final boolean hasHeard() {
    boolean was = heard;
    heard = false;
    return was;
  }

  /**
   * Lets each stream use its own window up: gRPC gives the connection no more than one stream, so
   * that one receiver that is slow to read would stall all channels of the connection.
   */
  static void widen(Channel channel) {
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
      close(channel);
    }
  }

  /** Closes a connection at once; nobody waits for it. */
  static void close(Channel channel) {
    var unused = channel.close();
  }
}
