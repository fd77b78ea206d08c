// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.jswarm.transport.Credentials;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** TLS as nodes speak it: 1.3 or 1.2 by the JDK, with what {@link Credentials} has at the time. */
final class Tls {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /**
   * A session that is resumed shows a certificate that nobody checked again: it has to be younger
   * than that. Seconds; 0 would mean for ever.
   */
  private static final long RESUMABLE = 1;

  private Tls() {}

  /**
   * For the side that listens. A peer may show no certificate; one it shows has to be accepted.
   *
   * @throws IllegalStateException when the JDK has no such TLS
   */
  static SslContext server(Credentials credentials) {
    return build(
        SslContextBuilder.forServer(new PresentKey(credentials)).clientAuth(ClientAuth.OPTIONAL),
        credentials);
  }

  /**
   * For the side that connects.
   *
   * @throws IllegalStateException when the JDK has no such TLS
   */
  static SslContext client(Credentials credentials) {
    return build(
        SslContextBuilder.forClient().keyManager(new PresentKey(credentials)), credentials);
  }

  private static SslContext build(SslContextBuilder builder, Credentials credentials) {
    try {
      return GrpcSslContexts.configure(builder, SslProvider.JDK)
          .trustManager(new PresentTrust(credentials))
          .protocols(PROTOCOLS)
          .sessionTimeout(RESUMABLE)
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** What the peer showed; null if nothing. */
  static @Nullable X509Certificate certificate(@Nullable SSLSession session) {
    try {
      return session != null && session.getPeerCertificates()[0] instanceof X509Certificate shown
          ? shown
          : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }
}
