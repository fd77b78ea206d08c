// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.loop.Environment;
import io.jswarm.membership.CertificateClient;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec.CaConfig;
import io.jswarm.model.NodeState;
import io.jswarm.model.ServiceSpec;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.IdentityFiles;
import io.jswarm.testing.FaultProxy;
import io.jswarm.transport.PeerIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes whose clocks differ, and certificates that expire when nobody can be asked. */
class NodeClockTest extends NodesTest {
  @ParameterizedTest
  @ValueSource(longs = {-60, 60})
  void aNodeWhoseClockIsAnHourOffJoinsAndWorks(long minutes) {
    SwarmNode manager = manager();
    Environment skewed = withClock(new ShiftedClock(Duration.ofMinutes(minutes)));

    SwarmNode worker = run("w1", builder("w1", skewed).join(address(manager), token(manager)));
    manager
        .swarm()
        .services()
        .create(ServiceSpec.replicated("web", 4).image("web:1").build())
        .await();
    manager.swarm().services().awaitConverged("web", LONG).await();

    assertThat(isReady(manager, worker)).isTrue();
    assertThat(hosts.get("w1").running()).as("its share of the tasks").hasSize(2);
  }

  @Test
  void c11_15_aNodeThatWasOffUntilItsCertificateExpiredIsToldToJoinAnew() {
    SwarmNode manager = manager();
    SwarmNode worker = worker("w1", manager);
    String before = worker.id();
    nodes.remove("w1").detach();

    clock.advance(Duration.ofDays(91));

    assertThatThrownBy(() -> builder("w1").start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining(before)
        .hasMessageContaining("expired")
        .hasMessageContaining("join anew");
  }

  private void certificatesLive(SwarmNode manager, Duration life) {
    Cluster cluster = manager.swarm().inspectCluster().await();
    CaConfig ca = cluster.spec().ca();
    manager
        .swarm()
        .updateCluster(
            cluster.meta().version(),
            cluster.spec().toBuilder()
                .ca(
                    new CaConfig(
                        life,
                        ca.externalCas(),
                        ca.signingCaCert(),
                        ca.signingCaKey(),
                        ca.forceRotate()))
                .build())
        .await();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * A manager that all nodes reach through a proxy only, and a worker whose certificate is short.
   */
  private FaultProxy clusterBehindProxy() throws IOException {
    int port = freePort();
    FaultProxy proxy = FaultProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    opened.add(proxy);
    SwarmNode manager =
        run("m1", builder("m1").asManager().listen("127.0.0.1", port).advertise(proxy.address()));
    certificatesLive(manager, Duration.ofHours(1));
    worker("w1", manager);
    return proxy;
  }

  private Instant endOf(String name) {
    return IdentityFiles.in(dir.resolve(name + "/certificates"), null)
        .load()
        .orElseThrow()
        .certificate()
        .getNotAfter()
        .toInstant();
  }

  @Test
  void c11_7_aCertificateDueDuringAPartitionIsRenewedAfterIt() throws IOException {
    FaultProxy proxy = clusterBehindProxy();
    Instant end = endOf("w1");
    SwarmNode manager = nodes.get("m1");
    proxy.freeze();
    await("the partition to be noticed", () -> !isReady(manager, nodes.get("w1")));

    clock.advance(Duration.ofMinutes(50));
    assertThat(endOf("w1")).as("while nobody can be asked").isEqualTo(end);
    proxy.thaw();
    proxy.cut();

    await("another certificate", () -> endOf("w1").isAfter(end));
    await("the worker to be back", () -> isReady(manager, nodes.get("w1")));
  }

  @Test
  void c11_15_aCertificateThatExpiredDuringAPartitionOpensNothingMore() throws IOException {
    FaultProxy proxy = clusterBehindProxy();
    SwarmNode manager = nodes.get("m1");
    SwarmNode worker = nodes.get("w1");
    proxy.freeze();
    await("the partition to be noticed", () -> !isReady(manager, worker));

    clock.advance(Duration.ofHours(2));
    Set<NodeState> states = statesOf(manager, worker);
    proxy.thaw();
    proxy.cut();
    await("the manager's own tasks to be seen", () -> isReady(manager, manager));

    assertThatThrownBy(
            () ->
                result(
                    new CertificateClient(transport(stolen("w1")), loop, PeerIdentity.ANONYMOUS)
                        .ask(
                            List.of(address(manager)),
                            new EnrolmentMessage.Renew(CertificateRequest.create().pem()),
                            Duration.ofSeconds(2))))
        .as("renewal with the expired certificate")
        .isInstanceOf(UnavailableException.class);
    assertThat(states).as("states of the worker").doesNotContain(NodeState.READY);
    nodes.remove("w1").detach();
    assertThatThrownBy(() -> builder("w1").start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("join anew");
    assertThat(worker("w1-anew", manager).id()).isNotEqualTo(worker.id());
  }
}
