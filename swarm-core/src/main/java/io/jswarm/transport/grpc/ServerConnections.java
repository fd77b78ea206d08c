// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.transport.Credentials;
import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections others opened to this node, from the moment they are accepted: how many may be in
 * which phase, and which one a call came by. Thread-safe.
 */
final class ServerConnections {
  private final Environment environment;
  private final Credentials credentials;
  private final TransportLimits limits;
  private final EventLoop timers;

  /** Only looked up, and told things whose order does not matter. */
  private final Map<Ends, ServerConnection> connections = new ConcurrentHashMap<>();

  /** Those without certificate, the oldest first. */
  private final Set<ServerConnection> anonymous = new LinkedHashSet<>();

  private int handshakes;

  /** What tells connections apart. */
  private record Ends(SocketAddress remote, SocketAddress local) {
    static @Nullable Ends of(@Nullable SocketAddress remote, @Nullable SocketAddress local) {
      return remote == null || local == null ? null : new Ends(remote, local);
    }

    static @Nullable Ends of(Attributes attributes) {
      return of(
          attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
          attributes.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR));
    }
  }

  ServerConnections(
      Environment environment, Credentials credentials, TransportLimits limits, EventLoop timers) {
    this.environment = environment;
    this.credentials = credentials;
    this.limits = limits;
    this.timers = timers;
  }

  /** Looks for silence from now on, as long as the timer loop runs. */
  void watch() {
    timers.schedule(
        Pulse.tick(limits),
        () -> {
          connections.values().forEach(connection -> connection.tick(limits));
          watch();
        });
  }

  /** A socket to listen with, whose connections come here first. */
  NioServerSocketChannel socket() {
    NioServerSocketChannel socket = new NioServerSocketChannel();
    socket
        .pipeline()
        .addFirst(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                if (!(message instanceof Channel accepted) || admit(accepted)) {
                  context.fireChannelRead(message);
                }
              }
            });
    return socket;
  }

  private boolean admit(Channel accepted) {
    Ends ends = Ends.of(accepted.remoteAddress(), accepted.localAddress());
    if (ends == null || !beginHandshake()) {
      accepted.unsafe().closeForcibly();
      return false;
    }
    ServerConnection connection =
        new ServerConnection(accepted, this, environment, credentials, limits, timers);
    connections.put(ends, connection);
    var unused =
        accepted
            .closeFuture()
            .addListener(
                closed -> {
                  connections.remove(ends, connection);
                  connection.gone();
                });
    accepted.pipeline().addFirst(connection);
    return true;
  }

  private synchronized boolean beginHandshake() {
    if (handshakes >= limits.maxHandshakes()) {
      return false;
    }
    handshakes++;
    return true;
  }

  /**
   * Counts a connection where it is now. Of too many without certificate the oldest is closed: to
   * be let in takes no time, and who stays anyway must not keep others out (CVE-2016-6595).
   */
  void moved(ServerConnection connection, ServerConnection.Phase from, ServerConnection.Phase to) {
    ServerConnection oldest = count(connection, from, to);
    if (oldest != null) {
      oldest.close("it made room for other nodes without a certificate");
    }
  }

  private synchronized @Nullable ServerConnection count(
      ServerConnection connection, ServerConnection.Phase from, ServerConnection.Phase to) {
    handshakes -= from == ServerConnection.Phase.HANDSHAKE && to != from ? 1 : 0;
    anonymous.remove(connection);
    ServerConnection oldest = null;
    if (to == ServerConnection.Phase.ANONYMOUS) {
      if (anonymous.size() >= limits.maxAnonymous()) {
        oldest = anonymous.iterator().next();
        anonymous.remove(oldest);
      }
      anonymous.add(connection);
    }
    return oldest;
  }

  /** Hears from gRPC when TLS is done. */
  ServerTransportFilter filter() {
    return new ServerTransportFilter() {
      @Override
      public Attributes transportReady(Attributes attributes) {
        ServerConnection connection = find(attributes);
        if (connection != null) {
          connection.ready(Tls.certificate(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
        }
        return attributes;
      }
    };
  }

  /** The one a call with these attributes came by; null if it is gone. */
  @Nullable ServerConnection find(Attributes attributes) {
    Ends ends = Ends.of(attributes);
    return ends == null ? null : connections.get(ends);
  }

  void forEach(Consumer<ServerConnection> action) {
    connections.values().forEach(action);
  }
}
