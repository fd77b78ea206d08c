// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import io.jswarm.FailedPreconditionException;
import io.jswarm.InvalidSpecException;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The cluster's root: certifies nodes, and vouches for the root that follows it (S11.1, S11.5).
 * Immutable, any thread; each signature costs a fraction of a millisecond.
 */
public final class RootAuthority {
  /** Shortest life of a node's certificate. */
  public static final Duration MIN_LIFE = Duration.ofHours(1);

  private static final Duration ROOT_LIFE = Duration.ofDays(20 * 365);

  /** What a root has to have left to become the cluster's. */
  private static final Duration MIN_ROOT_LIFE = Duration.ofDays(365);

  /** Certificates count from before they were issued, so that clocks may differ a little. */
  private static final Duration BACK_DATED = Duration.ofHours(1);

  private static final X500Name NAME = new X500Name("CN=swarm-ca");

  private final X509Certificate certificate;
  private final PrivateKey key;

  private RootAuthority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** A new root, valid for 20 years. */
  public static RootAuthority create(Instant now) {
    KeyPair keys = Keys.generate();
    var builder = builder(NAME, NAME, keys.getPublic(), now, now.plus(ROOT_LIFE));
    return new RootAuthority(
        sign(asAuthority(builder, keys.getPublic()), keys.getPrivate()), keys.getPrivate());
  }

  /**
   * The root with that certificate and key, both PEM.
   *
   * @throws InvalidSpecException when it is not exactly one certificate of an authority, or the key
   *     is another one's
   */
  public static RootAuthority of(Payload certificate, Payload key) {
    try {
      List<X509Certificate> found = Pem.certificates(certificate.toUtf8());
      if (found.size() != 1) {
        throw invalid("there has to be one certificate, not " + found.size());
      }
      X509Certificate root = found.get(0);
      PrivateKey signing = Pem.key(Pem.decodeOne(Pem.KEY, key.toUtf8()));
      if (root.getBasicConstraints() < 0) {
        throw invalid("its certificate is not that of an authority");
      }
      if (!Keys.fit(signing, root.getPublicKey())) {
        throw invalid("the key does not belong to the certificate");
      }
      return new RootAuthority(root, signing);
    } catch (IllegalArgumentException e) {
      throw invalid(e.getMessage());
    }
  }

  /**
   * Checks that the cluster can rotate to this root (S11.5).
   *
   * @throws InvalidSpecException when it ends within a year, or is the present one
   */
  public void requireFitToFollow(RootAuthority present, Instant now) {
    if (certificate.getNotAfter().toInstant().isBefore(now.plus(MIN_ROOT_LIFE))) {
      throw invalid("it ends within a year, at " + certificate.getNotAfter().toInstant());
    }
    if (certificate.getPublicKey().equals(present.certificate.getPublicKey())) {
      throw invalid("it has the same key as the present one");
    }
  }

  /** The certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** The certificate, PEM. */
  public Payload certificatePem() {
    return Payload.of(Pem.encode(certificate));
  }

  /** The private key, PEM. */
  public Payload keyPem() {
    return Payload.of(Pem.encode(key));
  }

  /**
   * A certificate for the key of {@code next}, signed by this root: who trusts this root trusts
   * what {@code next} signs, if the certificate is shown along.
   */
  public Payload crossSign(RootAuthority next, Instant now) {
    PublicKey subject = next.certificate.getPublicKey();
    X500Name name = X500Name.getInstance(next.certificate.getSubjectX500Principal().getEncoded());
    Instant end = earlier(certificate, next.certificate.getNotAfter().toInstant());
    return Payload.of(
        Pem.encode(sign(asAuthority(builder(issuer(), name, subject, now, end), subject), key)));
  }

  /**
   * Certifies a node. Id and role are those given here, whatever the request says (C11.6).
   *
   * @param csr the request, PEM
   * @param clusterId becomes O; {@code nodeId} CN, {@code role} OU
   * @param life how long, at least {@link #MIN_LIFE}; never longer than the root's own
   * @param via PEM certificates to show along, such as that of {@link #crossSign}; may be empty
   * @return the chain, PEM
   * @throws InvalidSpecException when the request is none
   * @throws FailedPreconditionException when the root itself has expired
   */
  public String issue(
      String csr,
      String clusterId,
      NodeRole role,
      String nodeId,
      Duration life,
      Payload via,
      Instant now) {
    PublicKey subject = CertificateRequest.publicKeyOf(csr);
    requireUnexpired(now);
    Duration counted = life.compareTo(MIN_LIFE) < 0 ? MIN_LIFE : life;
    Instant end = earlier(certificate, now.plus(counted));
    var builder = builder(issuer(), subjectOf(clusterId, role, nodeId), subject, now, end);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      builder.addExtension(Extension.subjectAlternativeName, false, names(role, nodeId));
    } catch (CertIOException e) {
      throw new IllegalStateException(e);
    }
    return Pem.encode(sign(builder, key)) + via.toUtf8();
  }

  private void requireUnexpired(Instant now) {
    Instant last = certificate.getNotAfter().toInstant();
    if (!now.isBefore(last)) {
      throw new FailedPreconditionException(
          "the cluster's root certificate expired at "
              + last
              + "; rotate it to one that is valid (rotateRoot)");
    }
  }

  private static X500Name subjectOf(String clusterId, NodeRole role, String nodeId) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, clusterId)
        .addRDN(BCStyle.OU, NodeIdentity.unitOf(role))
        .addRDN(BCStyle.CN, nodeId)
        .build();
  }

  private static GeneralNames names(NodeRole role, String nodeId) {
    GeneralName unit = new GeneralName(GeneralName.dNSName, NodeIdentity.unitOf(role));
    GeneralName node = new GeneralName(GeneralName.dNSName, nodeId);
    GeneralName authority = new GeneralName(GeneralName.dNSName, "swarm-ca");
    return new GeneralNames(
        role == NodeRole.MANAGER
            ? new GeneralName[] {unit, node, authority}
            : new GeneralName[] {unit, node});
  }

  private X500Name issuer() {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static Instant earlier(X509Certificate issuer, Instant end) {
    Instant last = issuer.getNotAfter().toInstant();
    return last.isBefore(end) ? last : end;
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey key, Instant now, Instant end) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(1, Keys.random(16)),
        Date.from(now.minus(BACK_DATED)),
        Date.from(end),
        subject,
        key);
  }

  private static X509v3CertificateBuilder asAuthority(
      X509v3CertificateBuilder builder, PublicKey key) {
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
      return builder;
    } catch (CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey with) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(with)));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate cannot be signed", e);
    }
  }

  private static InvalidSpecException invalid(@org.jspecify.annotations.Nullable String why) {
    return new InvalidSpecException("root certificate", "ca", String.valueOf(why));
  }
}
