// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.FailedPreconditionException;
import io.jswarm.model.NodeRole;
import io.jswarm.testing.FaultProxy;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Mailbox;
import io.jswarm.transport.RawMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to connections, and what is noticed of it. */
class FaultTest {
  private static final RawMessage MESSAGE = new RawMessage(new byte[] {1});
  private static final Duration AT_ONCE = Duration.ofSeconds(1);
  private static final int FEW = 8;

  private final GrpcWorld world =
      new GrpcWorld(
          limits ->
              limits.handshakeTimeout(Duration.ofSeconds(2)).maxHandshakes(FEW).maxAnonymous(FEW),
          builder -> builder);
  private final GrpcTransport client = world.manager();

  @BeforeEach
  void listen() {
    world.listen(ChannelKind.RAFT);
    world.listen(ChannelKind.ENROLMENT);
  }

  @AfterEach
  void close() throws Exception {
    world.close();
  }

  private Channel openThrough(FaultProxy proxy) {
    Channel channel =
        client.connect(
            proxy.address(), ChannelKind.RAFT, GrpcWorld.MANAGER, world.clientLoop, world.atClient);
    channel.send(MESSAGE);
    world.atServer.awaitMessages(1);
    return channel;
  }

  /** Others are served as if nothing was. */
  private void assertServes() {
    Mailbox inbox = world.inbox();
    int before = world.atServer.messages().size();
    Channel channel = world.connect(client, ChannelKind.RAFT, inbox);
    channel.send(MESSAGE);
    world.atServer.awaitMessages(before + 1);
    assertThat(inbox.isClosed()).isFalse();
  }

  @Test
  void aBrokenConnectionIsNoticedAtOnceByBothAndAnotherOneIsMadeAtOnce() {
    FaultProxy proxy = world.proxy();
    openThrough(proxy);

    proxy.cut();

    assertThat(world.atClient.awaitClosed(AT_ONCE)).contains("broke");
    assertThat(world.atServer.awaitClosed(AT_ONCE)).contains("broke");
    Mailbox again = world.inbox();
    client
        .connect(proxy.address(), ChannelKind.ENROLMENT, GrpcWorld.MANAGER, world.clientLoop, again)
        .close();
    assertServesElsewhere();
  }

  private void assertServesElsewhere() {
    Mailbox inbox = world.inbox();
    Channel channel = world.connect(client, ChannelKind.RAFT, inbox);
    channel.send(MESSAGE);
    assertThat(inbox.isClosed()).isFalse();
    channel.close();
  }

  @Test
  void silenceIsNoticedByBothWithinTwoSeconds() {
    FaultProxy proxy = world.proxy();
    openThrough(proxy);

    proxy.freeze();

    Duration twoSecondsAndALittle = Duration.ofMillis(2_500);
    assertThat(world.atClient.awaitClosed(twoSecondsAndALittle)).contains("nothing was heard");
    assertThat(world.atServer.awaitClosed(twoSecondsAndALittle)).contains("nothing was heard");
  }

  @Test
  void aChannelThroughSilenceIsGivenUp() {
    FaultProxy proxy = world.proxy();
    proxy.freeze();
    GrpcTransport impatient =
        world.transport(
            world.credentials(world.issue(NodeRole.MANAGER, "m2")),
            limits -> limits.connectTimeout(Duration.ofMillis(300)),
            builder -> builder);

    impatient.connect(
        proxy.address(), ChannelKind.RAFT, GrpcWorld.MANAGER, world.clientLoop, world.atClient);

    assertThat(world.atClient.awaitClosed(AT_ONCE)).contains("no answer from " + proxy.address());
  }

  @Test
  void nobodyThereIsToldAtOnceEachTimeAndWhoComesIsFoundAtOnce() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    String address = "127.0.0.1:" + port;
    for (int i = 0; i < 5; i++) {
      Mailbox inbox = world.inbox();
      client.connect(address, ChannelKind.RAFT, GrpcWorld.MANAGER, world.clientLoop, inbox);
      assertThat(inbox.awaitClosed(AT_ONCE))
          .contains("cannot reach " + address)
          .contains("refused");
    }

    world.server.unbind();
    world.server.bind("127.0.0.1", port);

    client
        .connect(address, ChannelKind.RAFT, GrpcWorld.MANAGER, world.clientLoop, world.atClient)
        .send(MESSAGE);
    world.atServer.awaitMessages(1);
  }

  @Test
  void anAddressOfNoUseIsTold() {
    for (String address : List.of("", "host", "host:x", ":1", "nowhere.invalid:1")) {
      Mailbox inbox = world.inbox();
      client.connect(address, ChannelKind.RAFT, GrpcWorld.MANAGER, world.clientLoop, inbox);
      assertThat(inbox.awaitClosed()).contains("cannot reach " + address);
    }
  }

  @Test
  void aPortInUseIsRefusedByName() {
    GrpcTransport second = world.manager();

    assertThatThrownBy(() -> second.bind("127.0.0.1", world.bound.getPort()))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining(world.address())
        .hasMessageContaining("in use");

    assertThat(second.bind("127.0.0.1", 0).getPort()).isPositive();
  }

  @Test
  void unbindingBreaksWhatWasAcceptedAndTheSamePortCanBeBoundAgain() {
    world.connect(client, ChannelKind.RAFT, world.atClient).send(MESSAGE);
    world.atServer.awaitMessages(1);

    world.server.unbind();

    assertThat(world.atClient.awaitClosed()).contains("listens no more");
    world.atServer.awaitClosed();
    InetSocketAddress again = world.server.bind("127.0.0.1", world.bound.getPort());
    assertThat(again).isEqualTo(world.bound);
    assertServesElsewhere();
  }

  @Test
  void garbageIsHungUpOnAndHarmsNobody() throws IOException {
    byte[] hello = {0x16, 3, 1, 0x7f, (byte) 0xff, 1, 0x7f, (byte) 0xff, (byte) 0xff};
    byte[] huge = {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0};
    for (byte[] bytes :
        List.of(
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            huge,
            hello,
            new byte[100_000])) {
      try (Socket socket = socket()) {
        try {
          socket.getOutputStream().write(bytes);
        } catch (IOException e) {
          continue; // hung up on already
        }
        assertHungUpOn(socket);
      }
    }
    assertServes();
  }

  /** CVE-2020-35210: a flood of sessions; here, of connections that get nowhere. */
  @Test
  void cve_2020_35210_aFloodOfHalfOpenConnectionsEndsByItself() throws IOException {
    List<Socket> flood = new ArrayList<>();
    for (int i = 0; i < 5 * FEW; i++) {
      flood.add(socket());
    }

    for (Socket socket : flood) {
      assertHungUpOn(socket); // most at once, the others when their time for TLS is over
      socket.close();
    }
    assertServes();
  }

  /** CVE-2016-6595: those that came and stay must not keep out those that come. */
  @Test
  void cve_2016_6595_aFloodOfNodesWithoutCertificateLeavesRoomForOthers() throws Exception {
    List<Mailbox> inboxes = new ArrayList<>();
    for (int i = 0; i < 2 * FEW; i++) {
      Mailbox inbox = world.inbox();
      world.connect(world.transport(world.credentials(null)), ChannelKind.ENROLMENT, inbox);
      inboxes.add(inbox);
      assertThat(world.accepted().peer().isAnonymous()).as("number %s is let in", i).isTrue();
    }

    for (Mailbox first : inboxes.subList(0, FEW)) {
      assertThat(first.awaitClosed()).contains("made room");
    }
    assertThat(inboxes.stream().filter(inbox -> !inbox.isClosed())).hasSize(FEW);
    world.connect(client, ChannelKind.RAFT, world.inbox());
    assertThat(world.accepted().peer()).isEqualTo(GrpcWorld.MANAGER);
  }

  @Test
  void cve_2016_6595_manyChannelsOfOneNodeWithoutCertificateAreItsOwnConcern() {
    GrpcTransport nobody = world.transport(world.credentials(null));
    for (int i = 0; i < FEW; i++) {
      world.connect(nobody, ChannelKind.ENROLMENT, world.inbox()).send(MESSAGE);
    }
    world.atServer.awaitMessages(FEW);

    world
        .connect(world.transport(world.credentials(null)), ChannelKind.ENROLMENT, world.inbox())
        .send(MESSAGE);

    world.atServer.awaitMessages(FEW + 1);
  }

  @Test
  void manyChannelsOfOneNodeWithoutCertificateAreTooMany() {
    GrpcTransport nobody = world.transport(world.credentials(null));
    for (int i = 0; i < FEW; i++) {
      world.connect(nobody, ChannelKind.ENROLMENT, world.inbox()).send(MESSAGE);
    }
    world.atServer.awaitMessages(FEW);

    world.connect(nobody, ChannelKind.ENROLMENT, world.atClient);

    assertThat(world.atClient.awaitClosed()).contains("too many channels without a certificate");
  }

  private Socket socket() throws IOException {
    Socket socket = new Socket(world.bound.getAddress(), world.bound.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void assertHungUpOn(Socket socket) {
    try {
      for (int read = 0; read >= 0; read = socket.getInputStream().read()) {
        // What is said before does not matter.
      }
    } catch (IOException e) {
      assertThat(e).isNotInstanceOf(java.net.SocketTimeoutException.class);
    }
  }
}
