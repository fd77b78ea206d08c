// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import io.jswarm.loop.TimeSource;
import io.jswarm.model.NodeRole;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.NullUnmarked;

/**
 * Accepts certificates of one cluster that are valid now. A server has to be a manager, since only
 * managers are ever connected to. Names of hosts do not matter.
 */
@NullUnmarked // as the JDK's
final class MemberTrust extends X509ExtendedTrustManager {
  private final TimeSource time;
  private final List<X509Certificate> roots;
  private final Set<TrustAnchor> anchors;
  private final String clusterId;
  private final boolean anyone;

  private MemberTrust(
      TimeSource time, List<X509Certificate> roots, String clusterId, boolean anyone) {
    this.time = time;
    this.roots = List.copyOf(roots);
    this.anchors =
        roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
    this.clusterId = clusterId;
    this.anyone = anyone;
  }

  /**
   * Of a node of that cluster.
   *
   * @param clusterId empty while the node does not know it
   */
  static MemberTrust of(TimeSource time, List<X509Certificate> roots, String clusterId) {
    return new MemberTrust(time, roots, clusterId, false);
  }

  static MemberTrust acceptingAnyone() {
    return new MemberTrust(null, List.of(), "", true);
  }

  /** Checks what a certificate says of its owner. */
  static void requireMember(NodeIdentity.Subject subject, String clusterId)
      throws CertificateException {
    if (subject.nodeId().isEmpty() || subject.role().isEmpty()) {
      throw new CertificateException("the certificate is not that of a node");
    }
    if (!clusterId.isEmpty() && !subject.clusterId().equals(clusterId)) {
      throw new CertificateException(
          "node " + subject.nodeId() + " is of another cluster, " + subject.clusterId());
    }
  }

  private void check(X509Certificate[] chain, boolean server) throws CertificateException {
    if (anyone) {
      return;
    }
    X509Certificate own = chain[0];
    Instant now = time.now();
    requireValid(own, now);
    try {
      X509CertSelector target = new X509CertSelector();
      target.setCertificate(own);
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
      parameters.addCertStore(
          CertStore.getInstance(
              "Collection", new CollectionCertStoreParameters(Arrays.asList(chain))));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      CertPathBuilder.getInstance("PKIX").build(parameters);
    } catch (GeneralSecurityException e) {
      throw new CertificateException("the certificate was not issued by this cluster's root", e);
    }
    NodeIdentity.Subject subject = subject(own);
    requireMember(subject, clusterId);
    if (server && subject.role().orElseThrow() != NodeRole.MANAGER) {
      throw new CertificateException("node " + subject.nodeId() + " is not a manager");
    }
  }

  private static NodeIdentity.Subject subject(X509Certificate certificate)
      throws CertificateException {
    try {
      return NodeIdentity.subjectOf(certificate);
    } catch (IllegalArgumentException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  private static void requireValid(X509Certificate certificate, Instant now)
      throws CertificateException {
    Instant end = certificate.getNotAfter().toInstant();
    if (!now.isBefore(end)) {
      throw new CertificateException(
          "the certificate expired at " + end + "; its node has to join the cluster again");
    }
    Instant begin = certificate.getNotBefore().toInstant();
    if (now.isBefore(begin)) {
      throw new CertificateException(
          "the certificate is not valid before " + begin + "; a clock is wrong");
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, false);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain, true);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, false);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain, true);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, false);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, true);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return roots.toArray(new X509Certificate[0]);
  }
}
