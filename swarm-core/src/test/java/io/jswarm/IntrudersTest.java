// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.api.Filter;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.CertificateClient;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.orchestration.SpreadingTestEngine;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.IdentityFiles;
import io.jswarm.security.NodeCredentials;
import io.jswarm.security.NodeIdentity;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.RawMessage;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.grpc.GrpcTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who tries to be more than he is, or to keep others out (S11.6). */
class IntrudersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String WRONG_TOKEN = "SWMTKN-1-" + "0".repeat(50) + "-" + "0".repeat(25);

  @TempDir private Path dir;

  private final Environment world = Environment.system();
  private final EventLoop loop = world.loops().create("intruder");
  private final List<SwarmNode> nodes = new ArrayList<>();
  private SwarmNode manager;
  private SwarmNode worker;
  private String address;

  @BeforeEach
  void begin() {
    manager = run(builder("m1").asManager().listen("127.0.0.1", 0));
    address = manager.swarm().nodes().inspect(manager.id()).await().managerStatus().addr();
    worker = run(builder("w1").join(address, manager.swarm().joinToken(NodeRole.WORKER).await()));
  }

  @AfterEach
  void end() {
    nodes.forEach(SwarmNode::kill);
    loop.close();
    world.close();
  }

  private SwarmNode.Builder builder(String name) {
    return SwarmNode.builder()
        .name(name)
        .environment(world)
        .dataDir(dir.resolve(name))
        .placement(new SpreadingTestEngine())
        .runtime(SimulatedHost.builder(world).hostname(name).build().runtime());
  }

  private SwarmNode run(SwarmNode.Builder builder) {
    SwarmNode node = builder.start();
    nodes.add(node);
    return node;
  }

  /** What a thief of the worker's data directory has. */
  private NodeCredentials ofWorker() {
    IdentityFiles files = IdentityFiles.in(dir.resolve("w1/certificates"), null);
    return NodeCredentials.of(world.time(), files.load().orElseThrow(), files.roots());
  }

  private EnrolmentMessage ask(GrpcTransport transport, EnrolmentMessage question) {
    CertificateClient client =
        new CertificateClient(transport, loop, new PeerIdentity(worker.id(), NodeRole.MANAGER));
    return Reply.of(client.ask(List.of(address), question, PATIENCE), world.awaiter()).await();
  }

  @Test
  void cve_2026_115539_aWorkersCertificateNeverBecomesAManagers() {
    CertificateRequest request = CertificateRequest.create();
    try (GrpcTransport transport = GrpcNodeNetwork.transport(world, ofWorker())) {
      NodeIdentity renewed =
          request.certified(
              NewNode.issued(ask(transport, new EnrolmentMessage.Renew(request.pem()))).chain());

      assertThat(renewed.role()).isEqualTo(NodeRole.WORKER);
      assertThat(renewed.nodeId()).isEqualTo(worker.id());
    }
  }

  @Test
  void c11_4_aWorkersCertificateOpensNoChannelOfManagers() {
    try (GrpcTransport transport = GrpcNodeNetwork.transport(world, ofWorker())) {
      for (ChannelKind kind : List.of(ChannelKind.CONTROL, ChannelKind.RAFT)) {
        CompletableFuture<String> closed = new CompletableFuture<>();
        Channel channel =
            transport.connect(
                address,
                kind,
                new PeerIdentity(worker.id(), NodeRole.MANAGER),
                loop,
                new Closing(closed));
        if (kind == ChannelKind.RAFT) {
          channel.send(new RawMessage(new byte[] {1}));
        }

        assertThat(world.awaiter().await(closed, PATIENCE)).as("%s is refused", kind).isTrue();
        assertThat(closed.join()).contains("worker").contains(kind.name());
      }
    }
  }

  private record Closing(CompletableFuture<String> closed) implements Receiver {
    @Override
    public void onMessage(Message message) {
      closed.complete("it answered: " + message);
    }

    @Override
    public void onClosed(String reason) {
      closed.complete(reason);
    }
  }

  @Test
  void c11_8_aRemovedNodeGetsNoOtherCertificate() {
    NodeCredentials stolen = ofWorker();
    manager.swarm().nodes().remove(worker.id(), true).await();
    CertificateRequest request = CertificateRequest.create();

    try (GrpcTransport transport = GrpcNodeNetwork.transport(world, stolen)) {
      assertThatThrownBy(() -> ask(transport, new EnrolmentMessage.Renew(request.pem())))
          .isInstanceOf(SwarmException.class);
    }
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(1);
  }

  @Test
  void c11_13_whoShowsNoCertificateNeedsAToken() {
    NodeCredentials nobody = NodeCredentials.of(world.time(), null, ofWorker().roots());

    try (GrpcTransport transport = GrpcNodeNetwork.transport(world, nobody)) {
      assertThatThrownBy(
              () -> ask(transport, new EnrolmentMessage.Renew(CertificateRequest.create().pem())))
          .isInstanceOf(PermissionDeniedException.class)
          .hasMessageContaining("join with a token");
    }
  }

  @Test
  void cve_2016_6595_aFloodOfJoinsKeepsNobodyOutAndHarmsNobody() {
    NodeCredentials nobody = NodeCredentials.of(world.time(), null, ofWorker().roots());
    List<CompletableFuture<EnrolmentMessage>> flood = new ArrayList<>();
    try (GrpcTransport transport = GrpcNodeNetwork.transport(world, nobody)) {
      CertificateClient client = new CertificateClient(transport, loop, PeerIdentity.ANONYMOUS);
      EnrolmentMessage.Join guess =
          new EnrolmentMessage.Join(
              WRONG_TOKEN, CertificateRequest.create().pem(), NodeSpec.worker(), null);
      for (int i = 0; i < 1_000; i++) {
        flood.add(client.ask(List.of(address), guess, Duration.ofSeconds(1)).toCompletableFuture());
      }

      SwarmNode late =
          run(builder("w2").join(address, manager.swarm().joinToken(NodeRole.WORKER).await()));

      assertThat(late.isManager()).isFalse();
      for (CompletableFuture<EnrolmentMessage> one : flood) {
        assertThat(world.awaiter().await(one, Duration.ofSeconds(30))).isTrue();
        assertThat(one).isCompletedExceptionally();
      }
    }
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(3);
    assertThat(manager.swarm().nodes().inspect(worker.id()).await().status().state())
        .isEqualTo(NodeState.READY);
  }

  @Test
  void cis_7_3_nobodyListensEverywhereByAccident() {
    assertThatThrownBy(() -> builder("m9").asManager().listen("0.0.0.0", 0).start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("advertise");
  }
}
