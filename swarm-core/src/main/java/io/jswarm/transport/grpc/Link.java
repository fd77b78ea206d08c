// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import com.google.common.base.Throwables;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.jswarm.model.NodeRole;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Credentials;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One connection to another node, which all channels to it share. It is made for its first channel
 * and never made again: after any failure it takes no more channels, so that the next one finds out
 * by itself how things are, at once. On its I/O thread, except where said otherwise.
 */
final class Link {
  private final String address;
  private final long generation;
  private final Links links;
  private final IoThread io;
  private final Credentials credentials;
  private final TransportLimits limits;
  private final Executor blocking;
  private @Nullable ManagedChannel managed;
  private @Nullable ConnectionWatch watch;
  private @Nullable Pulse pulse;
  private @Nullable String failure;
  private boolean ended;

  /** Number of channels; guarded by {@link Links}. */
  int users;

  Link(
      String address,
      long generation,
      Links links,
      IoThread io,
      Credentials credentials,
      TransportLimits limits,
      Executor blocking) {
    this.address = address;
    this.generation = generation;
    this.links = links;
    this.io = io;
    this.credentials = credentials;
    this.limits = limits;
    this.blocking = blocking;
  }

  /** Any thread. */
  IoThread io() {
    return io;
  }

  /** Any thread. */
  String address() {
    return address;
  }

  /** Of the credentials it shows. Any thread. */
  long generation() {
    return generation;
  }

  ClientCall<byte[], byte[]> call(MethodDescriptor<byte[], byte[]> method) {
    if (ended) {
      throw new IllegalStateException("closed");
    }
    if (managed == null) {
      managed = connect();
    }
    return managed.newCall(method, CallOptions.DEFAULT.withExecutor(io.direct()));
  }

  /** Nothing gRPC has of its own for finding, balancing and retrying may come in between. */
  private ManagedChannel connect() {
    return NettyChannelBuilder.forTarget("dns:///" + Addresses.parse(address))
        .overrideAuthority("jswarm-node")
        .sslContext(Tls.client(credentials))
        .eventLoopGroup(io.netty())
        .channelFactory(this::socket)
        .directExecutor()
        .offloadExecutor(blocking)
        .disableRetry()
        .disableServiceConfigLookUp()
        .defaultLoadBalancingPolicy("pick_first")
        .proxyDetector(target -> null)
        .decompressorRegistry(DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false))
        .maxInboundMessageSize(limits.maxMessageBytes())
        .maxInboundMetadataSize(Wire.MAX_METADATA_BYTES)
        .flowControlWindow(Wire.STREAM_WINDOW_BYTES)
        .withOption(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            Math.toIntExact(limits.connectTimeout().toMillis()))
        .build();
  }

  private Channel socket() {
    NioSocketChannel fresh = new NioSocketChannel();
    ConnectionWatch seeing = new ConnectionWatch();
    fresh.pipeline().addFirst(seeing);
    watch = seeing;
    return fresh;
  }

  /**
   * A channel was accepted. From the first on silence is noticed, among nodes with certificates.
   */
  void opened(ChannelKind kind) {
    if (pulse == null && watch != null && kind != ChannelKind.ENROLMENT) {
      watch.widen();
      pulse = new Pulse(this, watch, limits);
      pulse.begin();
    }
  }

  /** Why whoever accepted the connection is not to be talked to; empty if it is a manager. */
  Optional<String> refusal(@Nullable SSLSession session) {
    X509Certificate certificate = Tls.certificate(session);
    if (certificate == null) {
      return Optional.of("the node at " + address + " shows no certificate");
    }
    try {
      return credentials.identify(certificate).role() == NodeRole.MANAGER
          ? Optional.empty()
          : Optional.of("the node at " + address + " is not a manager of this cluster");
    } catch (CertificateException e) {
      return Optional.of(
          "the node at " + address + " is not a manager of this cluster: " + e.getMessage());
    }
  }

  /** Takes no more channels; those there are go on. */
  void retire(String reason) {
    if (failure == null) {
      failure = reason;
    }
    links.retire(this);
  }

  /** Why it failed, for its channels. */
  String failure() {
    return failure == null ? "the connection to " + address + " broke" : failure;
  }

  /** A channel ended. Any thread. */
  void release() {
    links.release(this);
  }

  /** Ends the connection once its channels have ended. Any thread. */
  void shutdown() {
    io.execute(
        () -> {
          ended = true;
          if (managed != null) {
            managed.shutdown();
          }
          stopPulse();
        });
  }

  /** Breaks the connection and all its channels. */
  void abort(String reason) {
    retire(reason);
    ended = true;
    stopPulse();
    if (managed != null) {
      managed.shutdownNow();
    }
  }

  private void stopPulse() {
    if (pulse != null) {
      pulse.stop();
    }
  }

  /** What went wrong, in words of use to whoever runs the node. */
  String explain(Status status) {
    if (failure != null) {
      return failure;
    }
    Throwable cause = status.getCause();
    String what =
        status.getDescription() == null ? status.getCode().name() : status.getDescription();
    if (cause != null) {
      Throwable root = Throwables.getRootCause(cause);
      what = root.getMessage() == null ? root.toString() : root.getMessage();
    }
    return (pulse == null ? "cannot reach " : "the connection broke to ") + address + ": " + what;
  }
}
