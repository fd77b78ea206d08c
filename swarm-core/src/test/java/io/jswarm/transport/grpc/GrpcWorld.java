// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeRole;
import io.jswarm.testing.FaultProxy;
import io.jswarm.testing.Leftovers;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Mailbox;
import io.jswarm.transport.MessageCodec;
import io.jswarm.transport.PeerIdentity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One manager that listens, and as many nodes that connect as a test makes. */
final class GrpcWorld {
  static final Duration DAY = Duration.ofDays(1);
  static final PeerIdentity MANAGER = new PeerIdentity("m2", NodeRole.MANAGER);

  private final Leftovers leftovers = new Leftovers();
  final TestAuthority authority = new TestAuthority("root");
  final Environment environment = Environment.system();
  final EventLoop serverLoop = environment.loops().create("server");
  final EventLoop clientLoop = environment.loops().create("client");
  final Mailbox atServer = new Mailbox(serverLoop);
  final Mailbox atClient = new Mailbox(clientLoop);
  final TestCredentials serverCredentials =
      new TestCredentials(authority.root(), issue(NodeRole.MANAGER, "m1"));
  final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
  final GrpcTransport server;
  final InetSocketAddress bound;
  private final List<AutoCloseable> closing = new ArrayList<>();

  GrpcWorld() {
    this(limits -> limits, builder -> builder);
  }

  GrpcWorld(
      UnaryOperator<TransportLimits.Builder> limits,
      UnaryOperator<GrpcTransport.Builder> settings) {
    this.server = transport(serverCredentials, limits, settings);
    this.bound = server.bind("127.0.0.1", 0);
  }

  TestAuthority.Issued issue(NodeRole role, String nodeId) {
    return authority.issue(TestCredentials.CLUSTER, role, nodeId, DAY);
  }

  TestCredentials credentials(TestAuthority.@Nullable Issued own) {
    return new TestCredentials(authority.root(), own);
  }

  /** A transport that carries bytes in every kind. */
  GrpcTransport transport(TestCredentials credentials) {
    return transport(credentials, limits -> limits, builder -> builder);
  }

  GrpcTransport transport(
      TestCredentials credentials,
      UnaryOperator<TransportLimits.Builder> limits,
      UnaryOperator<GrpcTransport.Builder> settings) {
    GrpcTransport.Builder builder =
        GrpcTransport.builder(environment, credentials)
            .limits(limits.apply(TransportLimits.builder()).build());
    for (ChannelKind kind : ChannelKind.values()) {
      builder.codec(kind, MessageCodec.RAW);
    }
    GrpcTransport transport = settings.apply(builder).build();
    closing.add(transport);
    return transport;
  }

  /** A transport of the node m2, a manager. */
  GrpcTransport manager() {
    return transport(credentials(issue(NodeRole.MANAGER, MANAGER.nodeId())));
  }

  FaultProxy proxy() {
    FaultProxy proxy = FaultProxy.to(bound);
    closing.add(proxy);
    return proxy;
  }

  String address() {
    return Addresses.text(bound);
  }

  void listen(ChannelKind kind) {
    var unused =
        server.listen(
            address(),
            kind,
            serverLoop,
            channel -> {
              accepted.add(channel);
              return atServer;
            });
  }

  Channel accepted() throws InterruptedException {
    Channel channel = accepted.poll(20, TimeUnit.SECONDS);
    assertThat(channel).as("an accepted channel").isNotNull();
    return channel;
  }

  Channel connect(GrpcTransport from, ChannelKind kind, Mailbox inbox) {
    return from.connect(address(), kind, MANAGER, clientLoop, inbox);
  }

  Mailbox inbox() {
    return new Mailbox(clientLoop);
  }

  /** Ends everything and fails if a thread is left. */
  void close() throws Exception {
    for (AutoCloseable each : closing) {
      each.close();
    }
    serverLoop.close();
    clientLoop.close();
    environment.close();
    leftovers.assertNone();
  }
}
