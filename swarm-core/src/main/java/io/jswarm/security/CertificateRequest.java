// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import io.jswarm.InvalidSpecException;
import java.security.KeyPair;
import java.security.PublicKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A new key pair with the request to certify it (S11.3). Immutable. */
public final class CertificateRequest {
  /** Longest request that is read, in characters. */
  public static final int MAX_LENGTH = 8 * 1024;

  private final KeyPair keys;
  private final String pem;

  private CertificateRequest(KeyPair keys, String pem) {
    this.keys = keys;
    this.pem = pem;
  }

  /**
   * A request with a key of its own; it asks for no name, since names are not the node's to say.
   */
  public static CertificateRequest create() {
    KeyPair keys = Keys.generate();
    return new CertificateRequest(keys, sign(keys, "CN=jswarm"));
  }

  static String sign(KeyPair keys, String subject) {
    try {
      var request =
          new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), keys.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
      return Pem.encode(Pem.REQUEST, request.getEncoded());
    } catch (OperatorCreationException | java.io.IOException e) {
      throw new IllegalStateException("a request cannot be signed", e);
    }
  }

  /** The request as text (PEM). */
  public String pem() {
    return pem;
  }

  /**
   * The identity, from what the authority answered.
   *
   * @param chain certificates, PEM, the node's first
   * @throws InvalidSpecException when it is not for this key, or not a node's
   */
  public NodeIdentity certified(String chain) {
    return NodeIdentity.of(keys.getPrivate(), chain);
  }

  /**
   * The key that a request proves to own. What else it says is nobody's concern (C11.6).
   *
   * @throws InvalidSpecException when it is no request, is not signed by its key, or the key is not
   *     of P-256
   */
  static PublicKey publicKeyOf(String pem) {
    if (pem.isEmpty() || pem.length() > MAX_LENGTH) {
      throw invalid(pem.isEmpty() ? "is empty" : "is longer than " + MAX_LENGTH + " characters");
    }
    try {
      var request = new JcaPKCS10CertificationRequest(Pem.decodeOne(Pem.REQUEST, pem));
      PublicKey key = request.getPublicKey();
      if (!Keys.isOfOurCurve(key)) {
        throw invalid("has a key that is not of P-256");
      }
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw invalid("is not signed by its own key");
      }
      return key;
    } catch (InvalidSpecException e) {
      throw e;
    } catch (java.io.IOException
        | java.security.GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      throw invalid("cannot be read: " + e.getMessage());
    }
  }

  private static InvalidSpecException invalid(String why) {
    return new InvalidSpecException("certificate request", "csr", why);
  }
}
