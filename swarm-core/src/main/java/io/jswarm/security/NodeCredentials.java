// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import io.jswarm.SwarmException;
import io.jswarm.loop.TimeSource;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.transport.Credentials;
import io.jswarm.transport.PeerIdentity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A node's identity and roots as TLS uses them. Both are replaced while connections are open; a
 * handshake takes what is present. Any thread.
 */
public final class NodeCredentials implements Credentials {
  private final TimeSource time;
  private volatile Snapshot present;
  private volatile UnaryOperator<PeerIdentity> judge = peer -> peer;

  private record Snapshot(
      @Nullable NodeIdentity identity,
      Payload roots,
      X509ExtendedKeyManager keys,
      X509ExtendedTrustManager trust,
      long generation) {}

  private NodeCredentials(TimeSource time, Snapshot present) {
    this.time = time;
    this.present = present;
  }

  /**
   * Of a node that shows {@code identity}, if it has one, and trusts {@code roots}.
   *
   * @param roots certificates, PEM
   */
  public static NodeCredentials of(
      TimeSource time, @Nullable NodeIdentity identity, Payload roots) {
    return new NodeCredentials(time, snapshot(time, identity, roots, 0));
  }

  /**
   * Of a node that knows nothing yet: shows no certificate and accepts any. Only good for asking
   * for the root certificate, which the digest in the token then proves (S11.2).
   */
  public static NodeCredentials unverified(TimeSource time) {
    return new NodeCredentials(
        time,
        new Snapshot(null, Payload.EMPTY, keyManager(null), MemberTrust.acceptingAnyone(), 0));
  }

  private static Snapshot snapshot(
      TimeSource time, @Nullable NodeIdentity identity, Payload roots, long generation) {
    String cluster = identity == null ? "" : identity.clusterId();
    List<X509Certificate> anchors = Pem.certificates(roots.toUtf8());
    return new Snapshot(
        identity, roots, keyManager(identity), MemberTrust.of(time, anchors, cluster), generation);
  }

  /** Shows and trusts something else from the next handshake on. */
  public synchronized void replace(@Nullable NodeIdentity identity, Payload roots) {
    present = snapshot(time, identity, roots, present.generation + 1);
  }

  /** Sets what is known of peers beyond their certificates; it refuses one by throwing. */
  public void judge(UnaryOperator<PeerIdentity> judge) {
    this.judge = judge;
  }

  /** Who the node is, if it knows. */
  public Optional<NodeIdentity> identity() {
    return Optional.ofNullable(present.identity);
  }

  /** The roots trusted, PEM. */
  public Payload roots() {
    return present.roots;
  }

  @Override
  public X509ExtendedKeyManager keyManager() {
    return present.keys;
  }

  @Override
  public X509ExtendedTrustManager trustManager() {
    return present.trust;
  }

  @Override
  public long generation() {
    return present.generation;
  }

  @Override
  public PeerIdentity identify(X509Certificate certificate) throws CertificateException {
    try {
      NodeIdentity own = present.identity;
      NodeIdentity.Subject subject = NodeIdentity.subjectOf(certificate);
      MemberTrust.requireMember(subject, own == null ? "" : own.clusterId());
      NodeRole role = subject.role().orElseThrow();
      return judge.apply(new PeerIdentity(subject.nodeId(), role));
    } catch (IllegalArgumentException | SwarmException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  private static X509ExtendedKeyManager keyManager(@Nullable NodeIdentity identity) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      if (identity != null) {
        store.setKeyEntry(
            "node", identity.key(), new char[0], identity.chain().toArray(new X509Certificate[0]));
      }
      KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
      factory.init(store, new char[0]);
      for (KeyManager manager : factory.getKeyManagers()) {
        if (manager instanceof X509ExtendedKeyManager found) {
          return found;
        }
      }
      throw new IllegalStateException("this JDK has no key manager for X.509");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the node's key cannot be used for TLS", e);
    }
  }
}
