// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Throwables;
import io.jswarm.PermissionDeniedException;
import io.jswarm.loop.TimeSource;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.transport.PeerIdentity;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes' credentials in real TLS, without a network (S11.1, S11.6). */
class HandshakeTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
  private static final Duration LIFE = Duration.ofDays(90);

  private final RootAuthority root = RootAuthority.create(NOW);
  private final NodeCredentials manager = node(root, "c1", NodeRole.MANAGER, "m1", NOW);

  /** A node whose clock shows {@code at}. */
  private NodeCredentials node(
      RootAuthority issuer, String cluster, NodeRole role, String id, Instant at) {
    return NodeCredentials.of(
        new FixedTime(at), identity(issuer, cluster, role, id), root.certificatePem());
  }

  private static NodeIdentity identity(
      RootAuthority issuer, String cluster, NodeRole role, String id) {
    CertificateRequest request = CertificateRequest.create();
    return request.certified(
        issuer.issue(request.pem(), cluster, role, id, LIFE, Payload.EMPTY, NOW));
  }

  private NodeCredentials worker(Instant at) {
    return node(root, "c1", NodeRole.WORKER, "w1", at);
  }

  private record FixedTime(Instant now) implements TimeSource {
    @Override
    public long nanoTime() {
      return 0;
    }
  }

  /** What each side was shown. */
  private record Shown(X509Certificate toClient, X509Certificate toServer) {}

  private static Shown shake(NodeCredentials client, NodeCredentials server, String protocol)
      throws SSLException {
    SSLEngine from = engine(client, true, protocol);
    SSLEngine to = engine(server, false, protocol);
    ByteBuffer there = ByteBuffer.allocate(1 << 16);
    ByteBuffer back = ByteBuffer.allocate(1 << 16);
    boolean progress = true;
    while (progress) {
      boolean answered = step(from, back, there);
      progress = step(to, there, back) || answered;
    }
    assertThat(from.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
    assertThat(to.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
    return new Shown(shown(from), shown(to));
  }

  private static SSLEngine engine(NodeCredentials of, boolean client, String protocol) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {of.keyManager()}, new TrustManager[] {of.trustManager()}, null);
      SSLEngine engine = context.createSSLEngine("anywhere", 1);
      engine.setUseClientMode(client);
      engine.setEnabledProtocols(new String[] {protocol});
      if (!client) {
        engine.setWantClientAuth(true);
      }
      engine.beginHandshake();
      return engine;
    } catch (GeneralSecurityException | SSLException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        engine.getDelegatedTask().run();
        return true;
      }
      case NEED_WRAP -> {
        return engine.wrap(ByteBuffer.allocate(0), out).bytesProduced() > 0;
      }
      default -> {
        in.flip();
        int taken = engine.unwrap(in, ByteBuffer.allocate(1 << 16)).bytesConsumed();
        in.compact();
        return taken > 0;
      }
    }
  }

  private static X509Certificate shown(SSLEngine to) {
    try {
      return (X509Certificate) to.getSession().getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  private static String refusal(NodeCredentials client, NodeCredentials server) {
    try {
      shake(client, server, "TLSv1.3");
      return "none";
    } catch (SSLException e) {
      return Throwables.getCausalChain(e).stream()
          .filter(CertificateException.class::isInstance)
          .findFirst()
          .map(Throwable::getMessage)
          .orElseThrow(() -> new AssertionError("refused for another reason", e));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void c11_1_bothSidesLearnWhoTheOtherIs(String protocol) throws Exception {
    NodeCredentials worker = worker(NOW);

    Shown shown = shake(worker, manager, protocol);

    assertThat(manager.identify(shown.toServer)).isEqualTo(new PeerIdentity("w1", NodeRole.WORKER));
    assertThat(worker.identify(shown.toClient)).isEqualTo(new PeerIdentity("m1", NodeRole.MANAGER));
  }

  @ParameterizedTest
  @ValueSource(longs = {-60, -59, 0, 59, 60})
  void clocksMayDifferByAnHour(long minutes) throws Exception {
    NodeCredentials worker = worker(NOW.plus(Duration.ofMinutes(minutes)));

    Shown shown = shake(worker, manager, "TLSv1.3");

    assertThat(shown.toServer).isNotNull();
  }

  @Test
  void clocksThatDifferByMoreAreNamedAsTheReason() {
    NodeCredentials early = worker(NOW.minus(Duration.ofMinutes(61)));

    assertThat(refusal(early, manager)).contains("not valid before").contains("clock");
  }

  @Test
  void c11_15_anExpiredCertificateIsRefusedByEitherSide() {
    NodeCredentials late = worker(NOW.plus(LIFE));
    NodeCredentials lateManager = node(root, "c1", NodeRole.MANAGER, "m1", NOW.plus(LIFE));

    assertThat(refusal(late, manager)).contains("expired").contains("join the cluster again");
    assertThat(refusal(worker(NOW), lateManager)).contains("expired");
  }

  @Test
  void c11_13_aNodeOfAnotherClusterIsRefusedByEitherSide() {
    NodeCredentials elsewhere = node(root, "c2", NodeRole.WORKER, "w1", NOW);
    NodeCredentials otherManager = node(root, "c2", NodeRole.MANAGER, "m1", NOW);

    assertThat(refusal(elsewhere, manager)).contains("another cluster");
    assertThat(refusal(worker(NOW), otherManager)).contains("another cluster");
  }

  @Test
  void whatAnotherRootSignedIsRefusedByEitherSide() {
    RootAuthority other = RootAuthority.create(NOW);
    NodeCredentials forged = node(other, "c1", NodeRole.MANAGER, "m1", NOW);

    assertThat(refusal(forged, manager)).contains("not issued by this cluster's root");
    assertThat(refusal(worker(NOW), forged)).contains("not issued by this cluster's root");
  }

  @Test
  void c11_4_aWorkerIsNoServer() {
    NodeCredentials other = node(root, "c1", NodeRole.WORKER, "w2", NOW);

    assertThat(refusal(worker(NOW), other)).contains("w2").contains("not a manager");
  }

  @Test
  void whoHasNoCertificateIsLetInAsNobody() throws Exception {
    NodeCredentials nobody = NodeCredentials.of(new FixedTime(NOW), null, root.certificatePem());

    Shown shown = shake(nobody, manager, "TLSv1.3");

    assertThat(shown.toServer).isNull();
    assertThat(shown.toClient).isNotNull();
  }

  @Test
  void c11_2_whoKnowsNothingYetAcceptsAnybodyAndShowsNothing() throws Exception {
    NodeCredentials unverified = NodeCredentials.unverified(new FixedTime(NOW));
    NodeCredentials stranger = node(RootAuthority.create(NOW), "c9", NodeRole.WORKER, "x", NOW);

    assertThat(shake(unverified, stranger, "TLSv1.3").toServer).isNull();
  }

  @Test
  void aReplacedCertificateIsShownByTheNextHandshake() throws Exception {
    NodeCredentials worker = worker(NOW);
    X509Certificate before = shake(worker, manager, "TLSv1.3").toServer;
    long generation = worker.generation();

    worker.replace(identity(root, "c1", NodeRole.MANAGER, "w1"), root.certificatePem());

    X509Certificate after = shake(worker, manager, "TLSv1.3").toServer;
    assertThat(after).isNotEqualTo(before);
    assertThat(manager.identify(after)).isEqualTo(new PeerIdentity("w1", NodeRole.MANAGER));
    assertThat(worker.generation())
        .as("connections of before are outdated")
        .isGreaterThan(generation);
  }

  @Test
  void s11_5_duringARotationOldAndNewNodesMeetInEveryCombination() throws Exception {
    RootAuthority next = RootAuthority.create(NOW);
    Payload both = Payload.of(root.certificatePem().toUtf8() + next.certificatePem().toUtf8());
    NodeIdentity old = identity(root, "c1", NodeRole.MANAGER, "old");
    CertificateRequest request = CertificateRequest.create();
    NodeIdentity fresh =
        request.certified(
            next.issue(
                request.pem(),
                "c1",
                NodeRole.MANAGER,
                "new",
                LIFE,
                root.crossSign(next, NOW),
                NOW));
    NodeCredentials[] all = {
      NodeCredentials.of(new FixedTime(NOW), old, root.certificatePem()),
      NodeCredentials.of(new FixedTime(NOW), old, both),
      NodeCredentials.of(new FixedTime(NOW), fresh, root.certificatePem()),
      NodeCredentials.of(new FixedTime(NOW), fresh, both)
    };
    NodeCredentials done = NodeCredentials.of(new FixedTime(NOW), fresh, next.certificatePem());

    for (NodeCredentials client : all) {
      for (NodeCredentials server : all) {
        Shown shown = shake(client, server, "TLSv1.3");
        assertThat(server.identify(shown.toServer).nodeId())
            .isEqualTo(client.identity().orElseThrow().nodeId());
        assertThat(client.identify(shown.toClient).nodeId())
            .isEqualTo(server.identity().orElseThrow().nodeId());
      }
    }
    assertThat(shake(all[3], done, "TLSv1.3").toServer).isNotNull();
    assertThat(refusal(all[1], done)).as("the old root is gone").contains("not issued");
  }

  @Test
  void c11_8_whomTheJudgeRefusesIsNobody() throws Exception {
    X509Certificate shown = shake(worker(NOW), manager, "TLSv1.3").toServer;

    manager.judge(
        peer -> {
          throw new PermissionDeniedException("node " + peer.nodeId() + " was removed");
        });

    assertThatThrownBy(() -> manager.identify(shown))
        .isInstanceOf(CertificateException.class)
        .hasMessage("node w1 was removed");
  }

  @Test
  void whomTheJudgeKnowsBetterIsWhatItSays() throws Exception {
    NodeCredentials demoted = node(root, "c1", NodeRole.MANAGER, "m2", NOW);
    X509Certificate shown = shake(demoted, manager, "TLSv1.3").toServer;

    manager.judge(peer -> new PeerIdentity(peer.nodeId(), NodeRole.WORKER));

    assertThat(manager.identify(shown)).isEqualTo(new PeerIdentity("m2", NodeRole.WORKER));
  }
}
