// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.jswarm.loop.EventLoop;
import io.jswarm.transport.Authorisation;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Listener;
import io.jswarm.transport.MessageCodec;
import io.jswarm.transport.PeerIdentity;
import java.security.cert.CertificateException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decides about every call that comes in, before anything of it is read. On the I/O thread of the
 * connection; {@link #listen} from any.
 */
final class Acceptor {
  private final Authorisation authorisation;
  private final Map<ChannelKind, MessageCodec> codecs;
  private final TransportLimits limits;
  private final Map<ChannelKind, Endpoint> endpoints = new ConcurrentHashMap<>();

  /** Who takes the channels of a kind. */
  record Endpoint(EventLoop loop, Listener listener) {}

  /** Says no; the status says why. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Status status;

    Refusal(Status status, String reason) {
      super(reason);
      this.status = status.withDescription(reason);
    }
  }

  Acceptor(
      Authorisation authorisation, Map<ChannelKind, MessageCodec> codecs, TransportLimits limits) {
    this.authorisation = authorisation;
    this.codecs = codecs;
    this.limits = limits;
  }

  /**
   * Has an endpoint take the channels of a kind.
   *
   * @throws IllegalStateException when another does
   */
  void listen(String address, ChannelKind kind, Endpoint endpoint) {
    if (endpoints.putIfAbsent(kind, endpoint) != null) {
      throw new IllegalStateException("address " + address + " is in use for " + kind);
    }
  }

  /** False if it did not. */
  boolean unlisten(ChannelKind kind, Endpoint endpoint) {
    return endpoints.remove(kind, endpoint);
  }

  /** The methods others can call. */
  ServerServiceDefinition service(ServerConnections connections) {
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(Wire.SERVICE);
    for (ChannelKind kind : ChannelKind.values()) {
      service.addMethod(
          Wire.method(kind),
          guarded(connections, (call, connection) -> accept(kind, call, connection)));
    }
    return service.addMethod(Wire.PING, guarded(connections, Acceptor::echo)).build();
  }

  /** What is done with a call. */
  @FunctionalInterface
  private interface Handler {
    ServerCall.Listener<byte[]> handle(ServerCall<byte[], byte[]> call, ServerConnection connection)
        throws Refusal;
  }

  private static ServerCallHandler<byte[], byte[]> guarded(
      ServerConnections connections, Handler handler) {
    return (call, headers) -> {
      ServerConnection connection = connections.find(call.getAttributes());
      try {
        if (connection == null) {
          throw new Refusal(Status.UNAVAILABLE, "the connection is closed");
        }
        return handler.handle(call, connection);
      } catch (Refusal refusal) {
        ServerChannel.end(call, refusal.status);
        return new ServerCall.Listener<>() {};
      }
    };
  }

  private ServerCall.Listener<byte[]> accept(
      ChannelKind kind, ServerCall<byte[], byte[]> call, ServerConnection connection)
      throws Refusal {
    PeerIdentity peer = identify(connection);
    Optional<String> refusal = authorisation.refusal(kind, peer);
    if (refusal.isPresent()) {
      throw new Refusal(
          peer.isAnonymous() ? Status.UNAUTHENTICATED : Status.PERMISSION_DENIED, refusal.get());
    }
    Endpoint endpoint = endpoints.get(kind);
    MessageCodec codec = codecs.get(kind);
    if (endpoint == null || codec == null) {
      throw new Refusal(Status.UNAVAILABLE, "nothing listens here for " + kind);
    }
    if (peer.isAnonymous() && connection.channels() >= limits.maxAnonymous()) {
      throw new Refusal(
          Status.RESOURCE_EXHAUSTED, "too many channels without a certificate; try again later");
    }
    return new ServerChannel(call, connection, peer, kind, codec, limits, endpoint.loop)
        .open(endpoint.listener);
  }

  private static PeerIdentity identify(ServerConnection connection) throws Refusal {
    try {
      return connection.identify();
    } catch (CertificateException e) {
      throw new Refusal(Status.UNAUTHENTICATED, "the certificate is refused: " + e.getMessage());
    }
  }

  /** Sends back what comes, to anybody with a certificate. */
  private static ServerCall.Listener<byte[]> echo(
      ServerCall<byte[], byte[]> call, ServerConnection connection) throws Refusal {
    if (identify(connection).isAnonymous()) {
      throw new Refusal(Status.UNAUTHENTICATED, "a node without a certificate may not ask this");
    }
    call.sendHeaders(new Metadata());
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        if (call.isReady()) {
          call.sendMessage(new byte[0]);
        }
        call.request(1);
      }

      @Override
      public void onHalfClose() {
        ServerChannel.end(call, Status.OK);
      }
    };
  }
}
