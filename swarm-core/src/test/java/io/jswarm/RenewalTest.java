// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.Environment;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.NodeCredentials;
import io.jswarm.security.NodeIdentity;
import io.jswarm.security.RootAuthority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When certificates are renewed, on virtual time (S11.1). */
class RenewalTest {
  private static final Duration RUN = Duration.ofHours(12);

  private final SimulatedEnvironment world = new SimulatedEnvironment(7);
  private final Environment environment = world.environment();
  private final RootAuthority root = RootAuthority.create(environment.time().now());
  private final NodeCredentials credentials =
      NodeCredentials.of(environment.time(), identity(Duration.ofHours(1)), root.certificatePem());
  private final List<Duration> attempts = new ArrayList<>();
  private int failures;
  private RuntimeException failure = new UnavailableException("no leader");
  private final Renewal renewal =
      new Renewal(environment, environment.loops().create("network"), credentials, this::renew);

  private NodeIdentity identity(Duration life) {
    CertificateRequest request = CertificateRequest.create();
    return request.certified(
        root.issue(
            request.pem(),
            "c1",
            NodeRole.WORKER,
            "n1",
            life,
            Payload.EMPTY,
            environment.time().now()));
  }

  private void renew() {
    attempts.add(world.elapsed());
    if (failures > 0) {
      failures--;
      throw failure;
    }
    credentials.replace(identity(Duration.ofDays(90)), root.certificatePem());
    renewal.start();
  }

  @Test
  void c11_7_aLifeOfAnHourIsRenewedWithin36MinutesAndThenTheNextOneCounts() {
    renewal.start();

    world.runFor(RUN);

    assertThat(attempts).as("the next certificate lives 90 days").hasSize(1);
    assertThat(attempts.get(0)).isLessThanOrEqualTo(Duration.ofMinutes(36));
  }

  @Test
  void whatFailsIsTriedAgainEverMoreRarely() {
    failures = Integer.MAX_VALUE;
    renewal.start();

    world.runFor(RUN);

    assertThat(attempts).hasSizeBetween(18, 40);
    for (int i = 1; i < attempts.size(); i++) {
      long most = Math.min(3_600, 5L << (i - 1));
      assertThat(attempts.get(i).minus(attempts.get(i - 1)))
          .as("pause %s", i)
          .isBetween(Duration.ofSeconds(most / 2), Duration.ofSeconds(most + 60));
    }
  }

  /** Whatever goes wrong: a node that stops to renew is out of the cluster for good. */
  @Test
  void anUnexpectedFailureDoesNotEndRenewals() {
    failures = 3;
    failure = new IllegalArgumentException("not a certificate");
    renewal.start();

    world.runFor(RUN);

    assertThat(attempts).as("three that failed, and one that did not").hasSize(4);
    assertThat(credentials.identity().orElseThrow().isExpired(environment.time().now()))
        .as("the node's certificate has expired")
        .isFalse();
  }

  @Test
  void aClosedOneRenewsNothing() {
    renewal.start();
    renewal.close();

    world.runFor(RUN);

    assertThat(attempts).isEmpty();
  }
}
