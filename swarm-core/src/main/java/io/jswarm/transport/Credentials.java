// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What a node shows to others in TLS, and whom it trusts. Both may change while connections are
 * open; a handshake takes what is present at its time. Thread-safe.
 */
public interface Credentials {
  /** The node's key and certificate; shows none when the node has none yet. */
  X509ExtendedKeyManager keyManager();

  /**
   * Accepts certificates of this cluster that are valid now, for the side they are used on. Names
   * of hosts do not matter: who a node is stands in its certificate.
   */
  X509ExtendedTrustManager trustManager();

  /**
   * Who presents a certificate that the trust manager accepted.
   *
   * @throws CertificateException when it names no node of this cluster, or one that was removed
   */
  PeerIdentity identify(X509Certificate certificate) throws CertificateException;

  /**
   * Grows with each change of key, certificate or roots: a connection opened under an earlier one
   * shows what is outdated.
   */
  long generation();
}
