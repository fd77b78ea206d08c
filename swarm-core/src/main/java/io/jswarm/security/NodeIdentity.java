// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import io.jswarm.InvalidSpecException;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.NodeDescription.TlsInfo;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Who a node is, with the key that proves it (S11.1).
 *
 * @param chain its certificate, then those that lead to the root
 */
public record NodeIdentity(
    String nodeId, String clusterId, NodeRole role, PrivateKey key, List<X509Certificate> chain) {
  private static final String MANAGER = "swarm-manager";
  private static final String WORKER = "swarm-worker";

  /** Checks that there is a certificate. */
  public NodeIdentity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("an identity needs a certificate");
    }
  }

  /**
   * What a certificate says of its owner.
   *
   * @param role empty for an organisational unit that is none of ours
   */
  record Subject(String nodeId, String clusterId, Optional<NodeRole> role) {}

  static NodeIdentity of(PrivateKey key, String chainPem) {
    try {
      List<X509Certificate> chain = Pem.certificates(chainPem);
      if (chain.isEmpty()) {
        throw invalid("there is none");
      }
      if (!Keys.fit(key, chain.get(0).getPublicKey())) {
        throw invalid("it is for another key");
      }
      Subject subject = subjectOf(chain.get(0));
      NodeRole role = subject.role.orElseThrow(() -> invalid("it names no role"));
      return new NodeIdentity(subject.nodeId, subject.clusterId, role, key, chain);
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static InvalidSpecException invalid(String why) {
    return new InvalidSpecException("node certificate", "certificate", why);
  }

  static String unitOf(NodeRole role) {
    return role == NodeRole.MANAGER ? MANAGER : WORKER;
  }

  /** Reads O, OU and CN. */
  static Subject subjectOf(X509Certificate certificate) {
    String organisation = "";
    String unit = "";
    String name = "";
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        String value = String.valueOf(part.getValue());
        switch (part.getType()) {
          case "O" -> organisation = value;
          case "OU" -> unit = value;
          case "CN" -> name = value;
          default -> {}
        }
      }
    } catch (InvalidNameException e) {
      throw new IllegalArgumentException("the certificate's subject cannot be read", e);
    }
    Optional<NodeRole> role =
        switch (unit) {
          case MANAGER -> Optional.of(NodeRole.MANAGER);
          case WORKER -> Optional.of(NodeRole.WORKER);
          default -> Optional.empty();
        };
    return new Subject(name, organisation, role);
  }

  /** The node's own certificate. */
  public X509Certificate certificate() {
    return chain.get(0);
  }

  /** The certificates, PEM. */
  public String chainPem() {
    return Pem.encode(chain);
  }

  /** Whether nobody accepts the certificate any more. */
  public boolean isExpired(Instant now) {
    return !now.isBefore(certificate().getNotAfter().toInstant());
  }

  /** When to get the next certificate: at random within 50 to 80 % of this one's span (S11.1). */
  public Instant renewalTime(RandomSource random) {
    Instant begin = certificate().getNotBefore().toInstant();
    Duration span = Duration.between(begin, certificate().getNotAfter().toInstant());
    double part = 0.5 + 0.3 * random.nextDouble();
    return begin.plusMillis((long) (span.toMillis() * part));
  }

  /** What managers are told of the node's certificate, to follow a root rotation (S11.5). */
  public TlsInfo tlsInfo(Payload roots) {
    X509Certificate own = certificate();
    byte[] issuer =
        chain.size() > 1
            ? chain.get(1).getPublicKey().getEncoded()
            : issuerKey(Pem.certificates(roots.toUtf8()));
    return new TlsInfo(
        roots, Payload.of(own.getIssuerX500Principal().getEncoded()), Payload.of(issuer));
  }

  private byte[] issuerKey(List<X509Certificate> roots) {
    for (X509Certificate root : roots) {
      if (isSignedBy(root)) {
        return root.getPublicKey().getEncoded();
      }
    }
    return new byte[0];
  }

  private boolean isSignedBy(X509Certificate root) {
    try {
      certificate().verify(root.getPublicKey());
      return true;
    } catch (java.security.GeneralSecurityException e) {
      return false;
    }
  }

  /** The key stays hidden. */
  @Override
  public String toString() {
    return "NodeIdentity[" + nodeId + ", " + role + ", cluster " + clusterId + "]";
  }
}
