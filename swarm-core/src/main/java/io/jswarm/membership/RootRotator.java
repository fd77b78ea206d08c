// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.control.Component;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Cluster;
import io.jswarm.model.Cluster.RootCa;
import io.jswarm.model.Cluster.RootRotation;
import io.jswarm.model.Kind;
import io.jswarm.model.Node;
import io.jswarm.model.NodeCertificate;
import io.jswarm.model.NodeCertificate.IssuanceState;
import io.jswarm.model.NodeDescription.TlsInfo;
import io.jswarm.model.Payload;
import io.jswarm.security.RootAuthority;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the cluster's root without a gap (S11.5): the present root vouches for the next one,
 * nodes come to trust both, get certificates of the next one a few at a time, and when all say that
 * they have one the old root goes, and its join tokens with it. A node that is down holds that up
 * until it is back or removed.
 */
public final class RootRotator implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(RootRotator.class);
  private static final int BATCH = 30;
  private static final Duration INTERVAL = Duration.ofSeconds(3);

  /** A node that was asked and did not follow is asked again. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final EventLoop loop;
  private final Map<String, Long> askedNanos = new TreeMap<>();
  private boolean due;
  private EventLoop.@Nullable Timer timer;

  /** A rotator whose timers run on the control loop. */
  public RootRotator(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public String name() {
    return "root-rotator";
  }

  @Override
  public void start(Tx tx) {
    due = true;
  }

  @Override
  public void stop() {
    due = false;
    askedNanos.clear();
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  @Override
  public void onEvent(StoreEvent event) {
    due |= event.kind() == Kind.CLUSTER || (event.kind() == Kind.NODE && timer == null);
  }

  @Override
  public void reconcile(Tx tx) {
    Cluster cluster = due ? tx.cluster().orElse(null) : null;
    due = false;
    if (cluster == null || cluster.rootCa().caCert().isEmpty()) {
      return;
    }
    Cluster wanted = begunOrEnded(cluster, tx);
    if (wanted != cluster) {
      askedNanos.clear();
      cluster = tx.update(wanted);
    }
    RootRotation rotation = cluster.rootCa().rotation();
    if (rotation != null) {
      advance(tx, cluster, rotation);
    }
  }

  /** What the settings ask for: the next root, or none. */
  private static Cluster begunOrEnded(Cluster cluster, Tx tx) {
    RootCa ca = cluster.rootCa();
    Payload signing = cluster.spec().ca().signingCaCert();
    boolean forced = cluster.spec().ca().forceRotate() > ca.lastForcedRotation();
    Payload next = ca.rotation() == null ? ca.caCert() : ca.rotation().caCert();
    if (!signing.isEmpty() && !signing.equals(next)) {
      if (signing.equals(ca.caCert())) {
        return cluster.withRootCa(with(ca, null, cluster.spec().ca().forceRotate()));
      }
      return begun(cluster, RootAuthority.of(signing, cluster.spec().ca().signingCaKey()), tx);
    }
    return forced && signing.isEmpty()
        ? begun(cluster, RootAuthority.create(tx.now()), tx)
        : cluster;
  }

  private static Cluster begun(Cluster cluster, RootAuthority next, Tx tx) {
    RootCa ca = cluster.rootCa();
    RootAuthority present = RootAuthority.of(ca.caCert(), ca.caKey());
    RootRotation rotation =
        new RootRotation(next.certificatePem(), next.keyPem(), present.crossSign(next, tx.now()));
    LOG.info("the root certificate is rotated");
    return cluster.withRootCa(with(ca, rotation, cluster.spec().ca().forceRotate()));
  }

  private static RootCa with(RootCa ca, @Nullable RootRotation rotation, long forced) {
    return new RootCa(ca.caKey(), ca.caCert(), ca.caCertHash(), ca.joinTokens(), rotation, forced);
  }

  private void advance(Tx tx, Cluster cluster, RootRotation rotation) {
    RootAuthority next = RootAuthority.of(rotation.caCert(), rotation.caKey());
    Payload issuer = Payload.of(next.certificate().getPublicKey().getEncoded());
    int left = 0;
    int asked = 0;
    for (Node node : tx.nodes()) {
      TlsInfo info = node.description().tlsInfo();
      if (info == null || !info.certIssuerPublicKey().equals(issuer)) {
        left++;
        if (asked < BATCH && mayAsk(node)) {
          asked++;
          askedNanos.put(node.id(), loop.nanoTime());
          tx.update(asked(node));
        }
      }
    }
    if (left == 0) {
      LOG.info("the root certificate has been rotated");
      tx.update(
          cluster.withRootCa(Authorities.rootCa(next, cluster.rootCa().lastForcedRotation())));
      askedNanos.clear();
    } else if (timer == null) {
      timer =
          loop.schedule(
              INTERVAL,
              () -> {
                timer = null;
                due = true;
              });
    }
  }

  private boolean mayAsk(Node node) {
    Long at = askedNanos.get(node.id());
    return at == null || loop.nanoTime() - at > PATIENCE.toNanos();
  }

  private static Node asked(Node node) {
    NodeCertificate known = node.certificate();
    return node.toBuilder()
        .certificate(
            new NodeCertificate(
                node.role(),
                known.csr(),
                IssuanceState.ROTATE,
                known.error(),
                known.certificate(),
                node.id()))
        .build();
  }

  /**
   * Checks what the settings ask for, before they are stored.
   *
   * @throws io.jswarm.InvalidSpecException when the next root is not fit to be one (C11.12)
   */
  public static void check(Cluster cluster, Tx tx) {
    Payload signing = cluster.spec().ca().signingCaCert();
    RootCa ca = cluster.rootCa();
    if (!ca.caCert().isEmpty() && !signing.isEmpty() && !signing.equals(ca.caCert())) {
      RootAuthority.of(signing, cluster.spec().ca().signingCaKey())
          .requireFitToFollow(RootAuthority.of(ca.caCert(), ca.caKey()), tx.now());
    }
  }
}
