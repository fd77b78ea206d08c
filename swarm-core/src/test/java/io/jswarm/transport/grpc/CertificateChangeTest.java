// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeRole;
import io.jswarm.testing.FaultProxy;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Mailbox;
import io.jswarm.transport.RawMessage;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CertificateChangeTest {
  private static final RawMessage MESSAGE = new RawMessage(new byte[] {1});

  private final GrpcWorld world = new GrpcWorld();

  @AfterEach
  void close() throws Exception {
    world.close();
  }

  @Test
  void allKindsShareAConnectionUntilTheCredentialsChange() throws Exception {
    FaultProxy proxy = world.proxy();
    TestCredentials credentials = world.credentials(world.issue(NodeRole.MANAGER, "m2"));
    GrpcTransport client = world.transport(credentials);
    for (ChannelKind kind : ChannelKind.values()) {
      world.listen(kind);
      open(client, proxy, kind, world.inbox()).send(MESSAGE);
    }
    world.atServer.awaitMessages(4);
    assertThat(proxy.accepted()).isEqualTo(1);
    Channel old = open(client, proxy, ChannelKind.RAFT, world.atClient);
    for (int i = 0; i < 5; i++) {
      assertThat(world.accepted().peer().nodeId()).isEqualTo("m2");
    }

    credentials.show(world.issue(NodeRole.MANAGER, "m3"));
    open(client, proxy, ChannelKind.RAFT, world.inbox()).send(MESSAGE);

    assertThat(world.accepted().peer().nodeId()).isEqualTo("m3");
    old.send(MESSAGE);
    world.atServer.awaitMessages(6);
    assertThat(proxy.accepted()).isEqualTo(2);
    assertThat(world.atClient.isClosed()).isFalse();
  }

  private Channel open(GrpcTransport client, FaultProxy proxy, ChannelKind kind, Mailbox inbox) {
    return client.connect(proxy.address(), kind, GrpcWorld.MANAGER, world.clientLoop, inbox);
  }

  @Test
  void anExpiredCertificateEndsItsChannels() throws Exception {
    world.listen(ChannelKind.RAFT);
    TestAuthority.Issued brief =
        world.authority.issue(
            TestCredentials.CLUSTER, NodeRole.MANAGER, "m2", Duration.ofMillis(2_500));
    GrpcTransport client = world.transport(world.credentials(brief));
    world.connect(client, ChannelKind.RAFT, world.atClient).send(MESSAGE);
    world.atServer.awaitMessages(1);

    assertThat(world.atServer.awaitClosed(Duration.ofSeconds(5))).contains("expired at");
    assertThat(world.atClient.awaitClosed()).contains("expired at");
    assertThat(world.environment.time().now())
        .isAfterOrEqualTo(brief.certificate().getNotAfter().toInstant());

    Mailbox again = world.inbox();
    world.connect(client, ChannelKind.RAFT, again);
    // By the connection there was, if it is not closed yet or about to be; by TLS if it is.
    assertThat(again.awaitClosed()).containsAnyOf("it expired at", "broke", "cannot reach");
  }

  @Test
  void aRemovedNodeIsDisconnectedAndNotLetInAgain() throws Exception {
    world.listen(ChannelKind.RAFT);
    GrpcTransport other = world.transport(world.credentials(world.issue(NodeRole.MANAGER, "m3")));
    Mailbox atOther = world.inbox();
    world.connect(other, ChannelKind.RAFT, atOther).send(MESSAGE);
    world.connect(world.manager(), ChannelKind.RAFT, world.atClient).send(MESSAGE);
    world.atServer.awaitMessages(2);

    world.serverCredentials.remove("m3");
    world.server.disconnect(peer -> peer.nodeId().equals("m3"));

    assertThat(atOther.awaitClosed()).contains("removed");
    assertThat(world.atServer.awaitClosed()).contains("removed");
    Mailbox again = world.inbox();
    world.connect(other, ChannelKind.RAFT, again);
    assertThat(again.awaitClosed()).contains("node m3 was removed");
    assertThat(world.atClient.isClosed()).isFalse();
  }

  @Test
  void aWorkerThatPosesAsAManagerIsToldNothing() throws Exception {
    world.serverCredentials.show(world.issue(NodeRole.WORKER, "w9"));
    world.listen(ChannelKind.RAFT);

    world.connect(world.manager(), ChannelKind.RAFT, world.atClient).send(MESSAGE);

    assertThat(world.atClient.awaitClosed()).contains("is not a manager of this cluster");
    assertThat(world.atServer.messages()).isEmpty();
  }

  @Test
  void aManagerOfAnotherRootIsNotReached() {
    TestCredentials suspicious =
        new TestCredentials(new TestAuthority("other").root(), world.issue(NodeRole.MANAGER, "m2"));
    world.listen(ChannelKind.RAFT);

    world.connect(world.transport(suspicious), ChannelKind.RAFT, world.atClient).send(MESSAGE);

    assertThat(world.atClient.awaitClosed()).contains("cannot reach").contains("path");
    assertThat(world.atServer.messages()).isEmpty();
  }
}
