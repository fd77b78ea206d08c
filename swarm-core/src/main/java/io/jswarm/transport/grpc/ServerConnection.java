// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.transport.Credentials;
import io.jswarm.transport.PeerIdentity;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A connection somebody opened to this node. On its I/O thread, except where said otherwise. */
final class ServerConnection extends ConnectionWatch {
  /** Nobody needs longer to be let in. */
  private static final Duration ANONYMOUS_LIFE = Duration.ofMinutes(1);

  /** Timers are kept that long at most, so that a clock that is set is noticed. */
  private static final Duration LOOK_AGAIN = Duration.ofHours(1);

  private final Channel socket;
  private final ServerConnections owner;
  private final Environment environment;
  private final Credentials credentials;
  private final EventLoop timers;
  private final int maxAnonymousBytes;
  private final Set<ServerChannel> channels = new LinkedHashSet<>();
  private @Nullable X509Certificate certificate;
  private EventLoop.@Nullable Timer timer;
  private volatile Phase phase = Phase.HANDSHAKE;
  private String failure = "the connection broke";
  private long received;

  /** Ticks without a word; timer loop. */
  private long quiet;

  /** How far the peer came. */
  enum Phase {
    /** Not done with TLS. */
    HANDSHAKE,
    /** Done without a certificate. */
    ANONYMOUS,
    /** Done with one. */
    CERTIFIED,
    /** Gone. */
    CLOSED
  }

  ServerConnection(
      Channel socket,
      ServerConnections owner,
      Environment environment,
      Credentials credentials,
      TransportLimits limits,
      EventLoop timers) {
    this.socket = socket;
    this.owner = owner;
    this.environment = environment;
    this.credentials = credentials;
    this.timers = timers;
    this.maxAnonymousBytes = limits.maxAnonymousBytes();
  }

  /** Everything a peer without certificate sends is counted: TLS, HTTP and messages alike. */
  @Override
  void onBytes(int count) {
    received += count;
    if (phase != Phase.CERTIFIED && received > maxAnonymousBytes) {
      failure = "more than " + maxAnonymousBytes + " bytes without a certificate";
      hangUp();
    }
  }

  /** The socket is closed. */
  void gone() {
    move(Phase.CLOSED);
    if (timer != null) {
      timer.cancel();
    }
  }

  /** TLS is done, with this certificate or none. */
  void ready(@Nullable X509Certificate shown) {
    IoThread thread = io();
    certificate = shown;
    if (phase == Phase.CLOSED) {
      return;
    }
    if (shown == null) {
      move(Phase.ANONYMOUS);
      timer = thread.schedule(ANONYMOUS_LIFE, () -> fail("no certificate for " + ANONYMOUS_LIFE));
    } else {
      move(Phase.CERTIFIED);
      widen();
      watchExpiry(thread, shown);
    }
  }

  private void move(Phase to) {
    owner.moved(this, phase, to);
    phase = to;
  }

  private void watchExpiry(IoThread thread, X509Certificate shown) {
    Instant end = shown.getNotAfter().toInstant();
    Duration left = Duration.between(environment.time().now(), end);
    if (left.isNegative() || left.isZero()) {
      fail("the certificate expired at " + end);
    } else {
      Duration wait = left.compareTo(LOOK_AGAIN) > 0 ? LOOK_AGAIN : left.plusMillis(1);
      timer = thread.schedule(wait, () -> watchExpiry(thread, shown));
    }
  }

  /**
   * Counts silence; a node with certificate pings if it has nothing else to say. On the timer loop.
   */
  void tick(TransportLimits limits) {
    quiet = hasHeard() || phase != Phase.CERTIFIED ? 0 : quiet + 1;
    if (quiet == Pulse.mostQuiet(limits)) {
      close(
          "nothing was heard from "
              + host()
              + " for "
              + limits.keepAliveTime().plus(limits.keepAliveTimeout()));
    }
  }

  /** Its I/O thread. */
  IoThread io() {
    return new IoThread(socket.eventLoop(), timers);
  }

  /**
   * Who is there, as of now.
   *
   * @throws CertificateException when the certificate is not valid any more, or nobody's
   */
  PeerIdentity identify() throws CertificateException {
    if (certificate == null) {
      return PeerIdentity.ANONYMOUS;
    }
    Instant end = certificate.getNotAfter().toInstant();
    if (environment.time().now().isAfter(end)) {
      throw new CertificateException("it expired at " + end);
    }
    PeerIdentity peer = credentials.identify(certificate);
    if (peer.isAnonymous()) {
      throw new CertificateException("the certificate names no node");
    }
    return peer;
  }

  /** Where the peer is, without port. */
  String host() {
    return Addresses.host(socket.remoteAddress() instanceof InetSocketAddress inet ? inet : null);
  }

  /** How many channels it has. */
  int channels() {
    return channels.size();
  }

  void add(ServerChannel channel) {
    channels.add(channel);
  }

  void remove(ServerChannel channel) {
    channels.remove(channel);
  }

  /** Why it ended, for its channels. */
  String failure() {
    return failure;
  }

  /** Breaks those of its channels that are meant, with the reason told to both ends. Any thread. */
  void failChannels(String reason, Predicate<ServerChannel> which) {
    later(
        () ->
            List.copyOf(channels).stream()
                .filter(which)
                .forEach(channel -> channel.failNow(reason)));
  }

  /** Breaks all channels and the connection. Any thread. */
  void close(String reason) {
    later(() -> fail(reason));
  }

  private void fail(String reason) {
    failure = reason;
    List.copyOf(channels).forEach(channel -> channel.failNow(reason));
    // What tells the reason is written by tasks that wait already.
    later(() -> later(this::hangUp));
  }

  private void later(Runnable task) {
    if (socket.isRegistered()) {
      io().execute(task);
    }
  }
}
