// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeRole;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every transport does, on real loops; its implementations differ in where nodes are. */
public abstract class TransportTck {
  protected static final PeerIdentity MANAGER = new PeerIdentity("m2", NodeRole.MANAGER);
  protected static final PeerIdentity WORKER = new PeerIdentity("w1", NodeRole.WORKER);

  protected final Environment environment = Environment.system();
  protected final EventLoop serverLoop = environment.loops().create("tck-server");
  protected final EventLoop clientLoop = environment.loops().create("tck-client");
  protected final Mailbox atServer = new Mailbox(serverLoop);
  protected final Mailbox atClient = new Mailbox(clientLoop);
  private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

  /** The transport of the node that listens at {@link #address}. */
  protected abstract Transport server();

  /** The transport of a node that connects. */
  protected abstract Transport client(PeerIdentity self);

  /** Where the server listens. */
  protected abstract String address();

  @AfterEach
  void closeLoops() {
    serverLoop.close();
    clientLoop.close();
    environment.close();
  }

  protected final Transport.Registration listen(ChannelKind kind) {
    return server()
        .listen(
            address(),
            kind,
            serverLoop,
            channel -> {
              serverLoop.assertInLoop();
              accepted.add(channel);
              return atServer;
            });
  }

  protected final Channel connect(ChannelKind kind, PeerIdentity self) {
    return client(self).connect(address(), kind, self, clientLoop, atClient);
  }

  protected final Channel accepted() throws InterruptedException {
    Channel channel = accepted.poll(20, TimeUnit.SECONDS);
    assertThat(channel).as("an accepted channel").isNotNull();
    return channel;
  }

  protected static RawMessage number(int value) {
    return new RawMessage(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  protected static List<Integer> numbers(List<Message> messages) {
    return messages.stream().map(m -> ByteBuffer.wrap(((RawMessage) m).bytes()).getInt()).toList();
  }

  @Test
  void messagesArriveInOrderBothWays() throws InterruptedException {
    listen(ChannelKind.RAFT);
    Channel channel = connect(ChannelKind.RAFT, MANAGER);

    IntStream.range(0, 20_000).forEach(i -> channel.send(number(i)));
    Channel back = accepted();
    IntStream.range(0, 20_000).forEach(i -> back.send(number(i)));

    List<Integer> all = IntStream.range(0, 20_000).boxed().toList();
    assertThat(numbers(atServer.awaitMessages(20_000))).isEqualTo(all);
    assertThat(numbers(atClient.awaitMessages(20_000))).isEqualTo(all);
    assertThat(back.peer()).isEqualTo(MANAGER);
    assertThat(back.peerAddress()).isEqualTo("127.0.0.1");
  }

  @Test
  void whatWasSentBeforeTheOpenerClosesArrives() {
    listen(ChannelKind.RAFT);
    Channel channel = connect(ChannelKind.RAFT, MANAGER);

    IntStream.range(0, 1_000).forEach(i -> channel.send(number(i)));
    channel.close();
    channel.send(number(-1));

    assertThat(atServer.awaitClosed()).isEqualTo("closed by the other end");
    assertThat(numbers(atServer.messages())).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    assertThat(atClient.isClosed()).isFalse();
  }

  @Test
  void whatWasSentBeforeTheAcceptorClosesArrives() throws InterruptedException {
    listen(ChannelKind.RAFT);
    connect(ChannelKind.RAFT, MANAGER).send(number(0));
    Channel back = accepted();
    atServer.awaitMessages(1);

    IntStream.range(0, 1_000).forEach(i -> back.send(number(i)));
    back.close();
    back.close();
    back.send(number(-1));

    assertThat(atClient.awaitClosed()).isEqualTo("closed by the other end");
    assertThat(numbers(atClient.messages())).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    assertThat(atServer.isClosed()).isFalse();
  }

  @Test
  void aKindNobodyListensForIsRefused() {
    listen(ChannelKind.DISPATCHER);

    connect(ChannelKind.RAFT, MANAGER).send(number(1));

    assertThat(atClient.awaitClosed()).contains("nothing listens").contains("RAFT");
  }

  @Test
  void aKindHasOneListenerAtATime() {
    Transport.Registration first = listen(ChannelKind.RAFT);
    assertThatThrownBy(() -> listen(ChannelKind.RAFT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("in use");

    first.close();
    listen(ChannelKind.RAFT);
  }

  @Test
  void aListenerThatStopsBreaksItsChannels() throws InterruptedException {
    Transport.Registration registration = listen(ChannelKind.RAFT);
    connect(ChannelKind.RAFT, MANAGER).send(number(1));
    accepted();
    atServer.awaitMessages(1);

    registration.close();

    atServer.awaitClosed();
    atClient.awaitClosed();
  }

  @Test
  void onlyWhoIsInTheTableMayOpenAKind() {
    for (ChannelKind kind : ChannelKind.values()) {
      listen(kind);
      for (PeerIdentity peer : List.of(WORKER, MANAGER, PeerIdentity.ANONYMOUS)) {
        Mailbox inbox = new Mailbox(clientLoop);
        Mailbox welcomed = inbox;
        Channel channel = client(peer).connect(address(), kind, peer, clientLoop, inbox);
        channel.send(number(1));
        if (isAllowed(kind, peer)) {
          Channel back = acceptedNow();
          assertThat(back.peer()).isEqualTo(peer);
          back.close();
          assertThat(welcomed.awaitClosed()).isEqualTo("closed by the other end");
        } else {
          assertThat(inbox.awaitClosed()).contains(kind.name());
          assertThat(inbox.awaitClosed())
              .contains(peer.isAnonymous() ? "without a certificate" : "a worker");
        }
      }
    }
    assertThat(accepted).isEmpty();
  }

  private Channel acceptedNow() {
    try {
      return accepted();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isAllowed(ChannelKind kind, PeerIdentity peer) {
    return switch (kind) {
      case DISPATCHER -> !peer.isAnonymous();
      case RAFT, CONTROL -> !peer.isAnonymous() && peer.role() == NodeRole.MANAGER;
      case ENROLMENT -> true;
    };
  }
}
