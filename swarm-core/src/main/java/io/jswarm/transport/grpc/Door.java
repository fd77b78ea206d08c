// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import com.google.common.base.Throwables;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.jswarm.FailedPreconditionException;
import io.jswarm.transport.Credentials;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The port a node listens at. Thread-safe. */
final class Door {
  /** A connection nobody uses; those of nodes end themselves before. */
  private static final Duration IDLE = Duration.ofSeconds(30);

  private static final int MAX_STREAMS = 100;

  /** A peer that opens and resets streams faster than that is up to no good. */
  private static final int MAX_RESETS = 200;

  private static final int RESETS_SECONDS = 10;

  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Server server;
  private final InetSocketAddress address;

  private Door(Server server, InetSocketAddress address) {
    this.server = server;
    this.address = address;
  }

  /**
   * Listens.
   *
   * @throws FailedPreconditionException when that is not possible at the address
   */
  static Door open(
      InetSocketAddress address,
      EventLoopGroup group,
      Credentials credentials,
      TransportLimits limits,
      ServerConnections connections,
      Acceptor acceptor) {
    Server server =
        NettyServerBuilder.forAddress(address)
            .sslContext(Tls.server(credentials))
            .bossEventLoopGroup(group)
            .workerEventLoopGroup(group)
            .channelFactory(connections::socket)
            .withChildOption(ChannelOption.TCP_NODELAY, true)
            .directExecutor()
            .addService(acceptor.service(connections))
            .addTransportFilter(connections.filter())
            .decompressorRegistry(
                DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false))
            .handshakeTimeout(limits.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .maxConnectionIdle(IDLE.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTime(limits.keepAliveTime().toMillis() * 2, TimeUnit.MILLISECONDS)
            .keepAliveTimeout(answerTime(limits).toMillis(), TimeUnit.MILLISECONDS)
            .maxInboundMessageSize(limits.maxMessageBytes())
            .maxInboundMetadataSize(Wire.MAX_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(MAX_STREAMS)
            .maxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
            .flowControlWindow(Wire.STREAM_WINDOW_BYTES)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new FailedPreconditionException(
          "cannot listen at " + Addresses.text(address) + ": " + reason(e), e);
    }
    return new Door(server, new InetSocketAddress(address.getAddress(), server.getPort()));
  }

  /** The peer asks first, after the keep-alive time; this is for one that does not. */
  private static Duration answerTime(TransportLimits limits) {
    Duration left = limits.keepAliveTimeout().minus(limits.keepAliveTime());
    return left.compareTo(limits.keepAliveTime()) > 0 ? left : limits.keepAliveTime();
  }

  private static String reason(IOException e) {
    return String.valueOf(Throwables.getRootCause(e).getMessage());
  }

  /** Where, with the port the system chose if it was to. */
  InetSocketAddress address() {
    return address;
  }

  /** Frees the port and waits until it is, for some seconds at most. */
  void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
