// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.jswarm.FailedPreconditionException;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.transport.Authorisation;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Credentials;
import io.jswarm.transport.Listener;
import io.jswarm.transport.MessageCodec;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.Transport;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Channels to nodes on other machines: gRPC over mutual TLS, all kinds through one port. One per
 * node; it owns its threads and connections.
 *
 * <p>Who may open which channel is in {@link Authorisation}. A channel that cannot be opened, or
 * whose connection breaks, is told to its receiver at once; a peer that falls silent is noticed by
 * keep-alive. Nothing is tried again here.
 *
 * <p>Thread-safe. {@link #bind}, {@link #unbind} and {@link #close} may wait some seconds for the
 * port; do not call them on a loop.
 */
public final class GrpcTransport implements Transport, AutoCloseable {
  private static final int MOST_THREADS = 8;

  private final TransportLimits limits;
  private final Map<ChannelKind, MessageCodec> codecs;
  private final Credentials credentials;
  private final EventLoopGroup group;
  private final EventLoop timers;
  private final Acceptor acceptor;
  private final ServerConnections connections;
  private final Links links;
  private @Nullable Door door;
  private boolean watching;
  private boolean closed;

  /** Begins to set up a transport. */
  public static Builder builder(Environment environment, Credentials credentials) {
    return new Builder(environment, credentials);
  }

  private GrpcTransport(Builder builder) {
    Environment environment = builder.environment;
    this.limits = builder.limits;
    this.codecs = Maps.immutableEnumMap(builder.codecs);
    this.credentials = builder.credentials;
    int threads = Math.max(2, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("jswarm-net", true), NioIoHandler.newFactory());
    this.timers = environment.loops().create("net-timers");
    this.acceptor = new Acceptor(builder.authorisation, codecs, limits);
    this.connections = new ServerConnections(environment, credentials, limits, timers);
    this.links =
        new Links(
            credentials,
            (address, generation, owner) ->
                new Link(
                    address,
                    generation,
                    owner,
                    new IoThread(group.next(), timers),
                    credentials,
                    limits,
                    environment.blocking()));
  }

  /**
   * Begins to accept connections.
   *
   * @param host the address of an interface, or {@code 0.0.0.0} for all
   * @param port 0 = one that is free
   * @return where it listens
   * @throws FailedPreconditionException when the port is in use, or the address not of this machine
   * @throws IllegalStateException when it listens already, or is closed
   */
  public synchronized InetSocketAddress bind(String host, int port) {
    if (closed || door != null) {
      throw new IllegalStateException(closed ? "closed" : "listens already");
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new FailedPreconditionException(
          "cannot listen at " + Addresses.text(address) + ": there is no such host");
    }
    if (!watching) {
      watching = true;
      connections.watch();
    }
    door = Door.open(address, group, credentials, limits, connections, acceptor);
    return door.address();
  }

  /** Stops accepting connections, breaks those accepted, and frees the port. */
  public synchronized void unbind() {
    if (door != null) {
      door.shut();
      connections.forEach(connection -> connection.close("the node listens no more"));
      door.close();
      door = null;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @param address the node's own, for messages only: what counts is {@link #bind}
   */
  @Override
  public Registration listen(String address, ChannelKind kind, EventLoop loop, Listener listener) {
    Acceptor.Endpoint endpoint = new Acceptor.Endpoint(loop, listener);
    acceptor.listen(address, kind, endpoint);
    return () -> {
      if (acceptor.unlisten(kind, endpoint)) {
        connections.forEach(
            connection ->
                connection.failChannels(
                    address + " listens no more for " + kind, channel -> channel.kind() == kind));
      }
    };
  }

  @Override
  public Channel connect(
      String address, ChannelKind kind, PeerIdentity self, EventLoop loop, Receiver receiver) {
    MessageCodec codec = codecs.get(kind);
    if (codec == null) {
      throw new IllegalStateException("no codec was given for " + kind);
    }
    Link link = links.acquire(address);
    ClientChannel channel = new ClientChannel(link, kind, codec, limits, self, loop, receiver);
    link.io().execute(channel::open);
    return channel;
  }

  /**
   * Breaks the channels that nodes opened to this one which must not any more, because they were
   * removed or demoted. What they open next is judged by {@link Credentials#identify}.
   */
  public void disconnect(Predicate<PeerIdentity> which) {
    connections.forEach(
        connection ->
            connection.failChannels(
                "the node was removed, or its role changed",
                channel -> which.test(channel.peer())));
  }

  /** Ends all channels and the threads. Receivers hear that their channels broke. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      unbind();
      closed = true;
    }
    links.abort("the node is closing");
    group.shutdownGracefully(50, 2_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(5_000);
    timers.close();
  }

  /** Sets up a transport. Not thread-safe. */
  public static final class Builder {
    private final Environment environment;
    private final Credentials credentials;
    private final Map<ChannelKind, MessageCodec> codecs =
        new EnumMap<>(ImmutableMap.of(ChannelKind.RAFT, MessageCodec.RAW));
    private TransportLimits limits = TransportLimits.standard();
    private Authorisation authorisation = Authorisation.STANDARD;

    private Builder(Environment environment, Credentials credentials) {
      this.environment = environment;
      this.credentials = credentials;
    }

    /** How messages of a kind are written; RAFT has {@link MessageCodec#RAW} unless set. */
    public Builder codec(ChannelKind kind, MessageCodec codec) {
      codecs.put(kind, codec);
      return this;
    }

    /** {@link TransportLimits#standard} unless set. */
    public Builder limits(TransportLimits value) {
      limits = value;
      return this;
    }

    /** For tests; else {@link Authorisation#STANDARD}. */
    Builder authorisation(Authorisation value) {
      authorisation = value;
      return this;
    }

    /** A transport that can connect, and listens nowhere yet. */
    public GrpcTransport build() {
      return new GrpcTransport(this);
    }
  }
}
