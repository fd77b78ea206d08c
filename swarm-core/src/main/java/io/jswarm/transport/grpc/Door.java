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

  /** For peers without certificate; the others have {@link Pulse}. */
  private static final Duration PROBE = Duration.ofSeconds(10);

  private static final int MAX_STREAMS = 100;

  /** A peer that opens and resets streams faster than that is up to no good. */
  private static final int MAX_RESETS = 200;

  private static final int RESETS_SECONDS = 10;

  private static final Duration CLOSING = Duration.ofSeconds(2);

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
            .keepAliveTime(PROBE.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(PROBE.toMillis(), TimeUnit.MILLISECONDS)
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

  private static String reason(IOException e) {
    return String.valueOf(Throwables.getRootCause(e).getMessage());
  }

  /** Where, with the port the system chose if it was to. */
  InetSocketAddress address() {
    return address;
  }

  /** Accepts nothing more. */
  void shut() {
    server.shutdown();
  }

  /** Frees the port and waits until all connections, which others close, have ended. */
  void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow().awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
