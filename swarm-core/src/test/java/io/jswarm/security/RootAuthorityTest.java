// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.FailedPreconditionException;
import io.jswarm.InvalidSpecException;
import io.jswarm.loop.RandomSource;
import io.jswarm.loop.TimeSource;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

class RootAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
  private static final Duration LIFE = Duration.ofDays(90);

  private final RootAuthority root = RootAuthority.create(NOW);

  private static NodeIdentity issue(RootAuthority root, Payload via, NodeRole role, Duration life) {
    CertificateRequest request = CertificateRequest.create();
    return request.certified(root.issue(request.pem(), "c1", role, "n1", life, via, NOW));
  }

  private static void check(
      List<RootAuthority> trusted, NodeIdentity who, Instant at, boolean server)
      throws CertificateException {
    StringBuilder pem = new StringBuilder();
    trusted.forEach(each -> pem.append(each.certificatePem().toUtf8()));
    NodeCredentials credentials =
        NodeCredentials.of(new FixedTime(at), null, Payload.of(pem.toString()));
    X509Certificate[] chain = who.chain().toArray(new X509Certificate[0]);
    if (server) {
      credentials.trustManager().checkServerTrusted(chain, "ECDHE_ECDSA");
    } else {
      credentials.trustManager().checkClientTrusted(chain, "ECDHE_ECDSA");
    }
  }

  private record FixedTime(Instant now) implements TimeSource {
    @Override
    public long nanoTime() {
      return 0;
    }
  }

  @Test
  void aRootLivesTwentyYears() {
    X509Certificate certificate = root.certificate();

    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=swarm-ca");
    assertThat(certificate.getNotBefore().toInstant()).isEqualTo(NOW.minus(Duration.ofHours(1)));
    assertThat(certificate.getNotAfter().toInstant()).isAfter(NOW.plus(Duration.ofDays(19 * 365)));
    assertThat(RootAuthority.of(root.certificatePem(), root.keyPem()).certificate())
        .isEqualTo(certificate);
  }

  @Test
  void c11_6_whatTheRequestSaysOfItsOwnerDoesNotCount() {
    KeyPair keys = Keys.generate();
    String forged = CertificateRequest.sign(keys, "O=c1,OU=swarm-manager,CN=somebody-else");

    String chain = root.issue(forged, "c1", NodeRole.WORKER, "n1", LIFE, Payload.EMPTY, NOW);

    NodeIdentity identity = NodeIdentity.of(keys.getPrivate(), chain);
    assertThat(identity.role()).isEqualTo(NodeRole.WORKER);
    assertThat(identity.nodeId()).isEqualTo("n1");
    assertThat(identity.clusterId()).isEqualTo("c1");
  }

  @Test
  void requestsThatAreNoneAreRefused() throws GeneralSecurityException {
    KeyPair keys = Keys.generate();
    String good = CertificateRequest.sign(keys, "CN=x");
    byte[] der = Pem.decodeOne(Pem.REQUEST, good);
    der[der.length - 5] ^= 1;
    KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
    p384.initialize(384);
    for (String bad :
        List.of(
            "",
            "garbage",
            "x".repeat(CertificateRequest.MAX_LENGTH + 1),
            Pem.encode(Pem.REQUEST, new byte[] {1, 2, 3}),
            Pem.encode(Pem.REQUEST, der),
            CertificateRequest.sign(p384.generateKeyPair(), "CN=x"))) {
      assertThatThrownBy(
              () -> root.issue(bad, "c1", NodeRole.WORKER, "n1", LIFE, Payload.EMPTY, NOW))
          .as(bad.substring(0, Math.min(60, bad.length())))
          .isInstanceOf(InvalidSpecException.class);
    }
  }

  @Test
  void anExpiredRootCertifiesNobodyAndSaysWhatToDo() {
    String csr = CertificateRequest.create().pem();
    Instant late = root.certificate().getNotAfter().toInstant();

    assertThatThrownBy(
            () -> root.issue(csr, "c1", NodeRole.WORKER, "n1", LIFE, Payload.EMPTY, late))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("expired at " + late)
        .hasMessageContaining("rotate");
  }

  @Test
  void aNodesCertificateCountsFromAnHourAgoForItsLife() {
    NodeIdentity identity = issue(root, Payload.EMPTY, NodeRole.WORKER, LIFE);
    NodeIdentity brief = issue(root, Payload.EMPTY, NodeRole.WORKER, Duration.ofMinutes(1));
    NodeIdentity long1 = issue(root, Payload.EMPTY, NodeRole.WORKER, Duration.ofDays(100 * 365));

    assertThat(identity.certificate().getNotBefore().toInstant())
        .isEqualTo(NOW.minus(Duration.ofHours(1)));
    assertThat(identity.certificate().getNotAfter().toInstant()).isEqualTo(NOW.plus(LIFE));
    assertThat(brief.certificate().getNotAfter().toInstant())
        .isEqualTo(NOW.plus(Duration.ofHours(1)));
    assertThat(long1.certificate().getNotAfter()).isEqualTo(root.certificate().getNotAfter());
  }

  @Test
  void c11_7_renewalIsWithin50To80PercentOfTheSpan() {
    NodeIdentity identity = issue(root, Payload.EMPTY, NodeRole.WORKER, LIFE);
    NodeIdentity brief = issue(root, Payload.EMPTY, NodeRole.WORKER, Duration.ofHours(1));
    RandomSource random = RandomSource.seeded(7);

    for (int i = 0; i < 1_000; i++) {
      assertThat(Duration.between(NOW, identity.renewalTime(random)))
          .isBetween(Duration.ofDays(44), Duration.ofDays(72).plusHours(1));
      assertThat(Duration.between(NOW, brief.renewalTime(random)))
          .isBetween(Duration.ZERO, Duration.ofMinutes(36));
    }
  }

  @Test
  void c11_15_aCertificateCountsUntilItsEndAndClocksMayDifferByAnHour() {
    NodeIdentity identity = issue(root, Payload.EMPTY, NodeRole.MANAGER, LIFE);
    List<RootAuthority> trusted = List.of(root);

    assertThatCode(() -> check(trusted, identity, NOW.minus(Duration.ofMinutes(59)), true))
        .doesNotThrowAnyException();
    assertThatCode(() -> check(trusted, identity, NOW.plus(LIFE).minusSeconds(1), true))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> check(trusted, identity, NOW.plus(LIFE), true))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("expired")
        .hasMessageContaining("join the cluster again");
    assertThatThrownBy(() -> check(trusted, identity, NOW.minus(Duration.ofHours(2)), true))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("clock");
  }

  @Test
  void aWorkerIsNoServerAndAnotherRootsNodeIsNobody() {
    NodeIdentity worker = issue(root, Payload.EMPTY, NodeRole.WORKER, LIFE);
    NodeIdentity stranger = issue(RootAuthority.create(NOW), Payload.EMPTY, NodeRole.MANAGER, LIFE);

    assertThatCode(() -> check(List.of(root), worker, NOW, false)).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(List.of(root), worker, NOW, true))
        .hasMessageContaining("not a manager");
    assertThatThrownBy(() -> check(List.of(root), stranger, NOW, true))
        .hasMessageContaining("not issued by this cluster's root");
    assertThatThrownBy(() -> check(List.of(), worker, NOW, false))
        .isInstanceOf(CertificateException.class);
  }

  @Test
  void s11_5_duringARotationOldAndNewNodesTrustOldAndNewCertificates() {
    RootAuthority next = RootAuthority.create(NOW);
    NodeIdentity old = issue(root, Payload.EMPTY, NodeRole.MANAGER, LIFE);
    NodeIdentity fresh = issue(next, root.crossSign(next, NOW), NodeRole.MANAGER, LIFE);

    for (List<RootAuthority> trusted : List.of(List.of(root), List.of(root, next))) {
      assertThatCode(() -> check(trusted, old, NOW, true)).doesNotThrowAnyException();
      assertThatCode(() -> check(trusted, fresh, NOW, true)).doesNotThrowAnyException();
    }
    assertThatCode(() -> check(List.of(next), fresh, NOW, true)).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(List.of(next), old, NOW, true))
        .as("once the old root is gone")
        .isInstanceOf(CertificateException.class);
    assertThat(fresh.tlsInfo(root.certificatePem()).certIssuerPublicKey())
        .isEqualTo(Payload.of(next.certificate().getPublicKey().getEncoded()));
    assertThat(old.tlsInfo(root.certificatePem()).certIssuerPublicKey())
        .isEqualTo(Payload.of(root.certificate().getPublicKey().getEncoded()));
  }

  @Test
  void c11_12_aRootThatEndsSoonOrIsThePresentOneCannotFollow() {
    RootAuthority old = RootAuthority.create(NOW.minus(Duration.ofDays(20 * 365 - 30)));

    assertThatThrownBy(() -> old.requireFitToFollow(root, NOW))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("within a year");
    assertThatThrownBy(() -> root.requireFitToFollow(root, NOW))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("same key");
    assertThatThrownBy(
            () -> RootAuthority.of(root.certificatePem(), RootAuthority.create(NOW).keyPem()))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("does not belong");
  }

  @Test
  void aRequestWithAnRsaKeyIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    byte[] request =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=x"), keys.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate()))
            .getEncoded();

    assertThatThrownBy(
            () ->
                root.issue(
                    Pem.encode(Pem.REQUEST, request),
                    "c1",
                    NodeRole.WORKER,
                    "n1",
                    LIFE,
                    Payload.EMPTY,
                    NOW))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("P-256");
  }

  @Test
  void c11_6_aRequestSignedByAnotherKeyProvesNothing() throws Exception {
    KeyPair theirs = Keys.generate();
    byte[] request =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=x"), theirs.getPublic())
            .build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(Keys.generate().getPrivate()))
            .getEncoded();

    assertThatThrownBy(() -> CertificateRequest.publicKeyOf(Pem.encode(Pem.REQUEST, request)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("not signed by its own key");
  }

  @Test
  void aCertificateForAnotherKeyIsNobodysIdentity() {
    String chain =
        root.issue(
            CertificateRequest.create().pem(),
            "c1",
            NodeRole.MANAGER,
            "n1",
            LIFE,
            Payload.EMPTY,
            NOW);

    assertThatThrownBy(() -> CertificateRequest.create().certified(chain))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("another key");
    assertThatThrownBy(() -> CertificateRequest.create().certified("no certificate"))
        .isInstanceOf(InvalidSpecException.class);
    assertThatThrownBy(() -> CertificateRequest.create().certified(root.certificatePem().toUtf8()))
        .as("a root is no node")
        .isInstanceOf(InvalidSpecException.class);
  }

  @Test
  void s11_5_withoutTheLinkFromTheOldRootTheNewOnesNodesAreStrangersToOldNodes() {
    RootAuthority next = RootAuthority.create(NOW);
    NodeIdentity alone = issue(next, Payload.EMPTY, NodeRole.MANAGER, LIFE);

    assertThatThrownBy(() -> check(List.of(root), alone, NOW, true))
        .isInstanceOf(CertificateException.class);
    assertThatCode(() -> check(List.of(next, root), alone, NOW, true)).doesNotThrowAnyException();
  }

  /** A node's own key is no authority: what it signs leads nowhere. */
  @Test
  void aNodeCannotCertifyAnother() {
    NodeIdentity node = issue(root, Payload.EMPTY, NodeRole.MANAGER, LIFE);
    KeyPair keys = Keys.generate();
    X509Certificate forged = forge(node, keys);
    NodeIdentity other = NodeIdentity.of(keys.getPrivate(), Pem.encode(forged) + node.chainPem());

    assertThat(other.nodeId()).as("what it claims").isEqualTo("n2");
    assertThatThrownBy(() -> check(List.of(root), other, NOW, true))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining("not issued by this cluster's root");
  }

  private static X509Certificate forge(NodeIdentity issuer, KeyPair keys) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              new JcaX509v3CertificateBuilder(
                      issuer.certificate(),
                      java.math.BigInteger.TEN,
                      java.util.Date.from(NOW),
                      java.util.Date.from(NOW.plus(LIFE)),
                      new X500Name("O=c1,OU=swarm-manager,CN=n2"),
                      keys.getPublic())
                  .build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.key())));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsNoRootIsRefused() {
    NodeIdentity node = issue(root, Payload.EMPTY, NodeRole.MANAGER, LIFE);
    RootAuthority other = RootAuthority.create(NOW);
    Payload two = Payload.of(root.certificatePem().toUtf8() + other.certificatePem().toUtf8());

    for (Payload bad :
        List.of(Payload.EMPTY, Payload.of("garbage"), two, Payload.of(node.chainPem()))) {
      assertThatThrownBy(() -> RootAuthority.of(bad, root.keyPem()))
          .as(bad.toUtf8())
          .isInstanceOf(InvalidSpecException.class);
    }
    assertThatThrownBy(() -> RootAuthority.of(root.certificatePem(), Payload.of("garbage")))
        .isInstanceOf(InvalidSpecException.class);
  }
}
