// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.loop.EventLoop;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.NodeRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocalNetworkTest {
  private static final String SERVER = "manager:2377";
  private static final PeerIdentity CLIENT = new PeerIdentity("worker", NodeRole.WORKER);

  private final SimulatedEnvironment world = new SimulatedEnvironment(5);
  private final LocalNetwork network = new LocalNetwork(world.environment());
  private final EventLoop serverLoop = world.environment().loops().create("server");
  private final EventLoop clientLoop = world.environment().loops().create("client");
  private final List<Channel> accepted = new ArrayList<>();
  private final Inbox atServer = new Inbox(serverLoop);
  private final Inbox atClient = new Inbox(clientLoop);

  private Transport.Registration listen() {
    return network.listen(
        SERVER,
        ChannelKind.DISPATCHER,
        serverLoop,
        channel -> {
          serverLoop.assertInLoop();
          accepted.add(channel);
          return atServer;
        });
  }

  private Channel connect() {
    return network.connect(SERVER, ChannelKind.DISPATCHER, CLIENT, clientLoop, atClient);
  }

  private static void sendAll(Channel channel, int count) {
    IntStream.range(0, count).forEach(i -> channel.send(new Numbered(i)));
  }

  @Test
  void messagesArriveInOrderOnTheReceiversLoop() {
    listen();
    Channel channel = connect();
    sendAll(channel, 100);
    world.settle();

    accepted.get(0).send(new Numbered(7));
    world.settle();

    assertThat(atServer.numbers()).isEqualTo(IntStream.range(0, 100).boxed().toList());
    assertThat(atClient.numbers()).containsExactly(7);
    assertThat(accepted.get(0).peer()).isEqualTo(CLIENT);
  }

  @Test
  void connectingToNobodyIsToldToTheReceiver() {
    Channel channel = connect();
    channel.send(new Numbered(1));
    world.settle();

    assertThat(atClient.closed).containsExactly("nothing listens at " + SERVER + " for DISPATCHER");
  }

  @Test
  void anAddressCanBeListenedAtOnce() {
    Transport.Registration first = listen();
    assertThatThrownBy(this::listen).hasMessageContaining("in use");

    first.close();
    listen();
  }

  @Test
  void whatWasSentBeforeACloseArrivesAndOnlyTheOtherEndIsTold() {
    listen();
    Channel channel = connect();
    network.faults().everywhere(LinkFaults.delay(Duration.ofMillis(1), Duration.ofMillis(9)));
    sendAll(channel, 10);
    channel.close();
    channel.send(new Numbered(99));
    world.runFor(Duration.ofSeconds(1));

    assertThat(atServer.numbers()).isEqualTo(IntStream.range(0, 10).boxed().toList());
    assertThat(atServer.closed).hasSize(1);
    assertThat(atClient.closed).isEmpty();
  }

  @Test
  void aListenerThatStopsBreaksItsChannels() {
    Transport.Registration registration = listen();
    connect();
    world.settle();

    registration.close();
    world.settle();

    assertThat(atClient.closed).hasSize(1);
    assertThat(atServer.closed).hasSize(1);
  }

  @Test
  void aBrokenConnectionIsNoticedAtBothEndsOnce() {
    listen();
    Channel channel = connect();
    world.settle();

    network.faults().breakConnections("worker");
    network.faults().breakConnections("worker");
    world.settle();
    channel.send(new Numbered(1));
    world.settle();

    assertThat(atClient.closed).hasSize(1);
    assertThat(atServer.closed).hasSize(1);
    assertThat(atServer.numbers()).isEmpty();
  }

  @Test
  void delaysKeepTheOrder() {
    listen();
    Channel channel = connect();
    network.faults().everywhere(LinkFaults.delay(Duration.ofMillis(1), Duration.ofMillis(50)));

    sendAll(channel, 200);
    world.settle();
    assertThat(atServer.numbers()).isEmpty();
    world.runFor(Duration.ofMillis(50));

    assertThat(atServer.numbers()).isEqualTo(IntStream.range(0, 200).boxed().toList());
  }

  @Test
  void faultsWorkInTheirDirectionOnly() {
    listen();
    Channel channel = connect();
    world.settle();
    network
        .faults()
        .between("worker", SERVER, new LinkFaults(0.5, 0.2, 0, Duration.ZERO, Duration.ZERO));

    sendAll(channel, 1_000);
    sendAll(accepted.get(0), 1_000);
    world.settle();

    assertThat(atServer.numbers().stream().distinct().count()).isBetween(400L, 600L);
    assertThat(atServer.numbers().size() - atServer.numbers().stream().distinct().count())
        .isBetween(50L, 150L);
    assertThat(atClient.numbers()).hasSize(1_000);
  }

  @Test
  void reorderedMessagesOvertakeOthers() {
    listen();
    Channel channel = connect();
    network
        .faults()
        .everywhere(new LinkFaults(0, 0, 0.3, Duration.ofMillis(1), Duration.ofMillis(20)));

    sendAll(channel, 100);
    world.runFor(Duration.ofSeconds(1));

    assertThat(atServer.numbers())
        .hasSize(100)
        .isNotEqualTo(IntStream.range(0, 100).boxed().toList())
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void aPartitionIsSilentUntilItIsHealed() {
    listen();
    Channel channel = connect();
    world.settle();
    network.faults().partition("worker", SERVER);

    channel.send(new Numbered(1));
    accepted.get(0).send(new Numbered(2));
    Inbox second = new Inbox(clientLoop);
    network
        .connect(SERVER, ChannelKind.DISPATCHER, CLIENT, clientLoop, second)
        .send(new Numbered(3));
    world.settle();
    assertThat(atServer.messages).isEmpty();
    assertThat(atClient.messages).isEmpty();
    assertThat(second.closed).isEmpty();

    network.faults().heal("worker", SERVER);
    channel.send(new Numbered(4));
    world.settle();
    assertThat(atServer.numbers()).containsExactly(4);
  }

  @Test
  void anEndClosedBehindAPartitionIsNoticedWithTheNextMessage() {
    listen();
    Channel channel = connect();
    world.settle();
    network.faults().isolate("worker");
    accepted.get(0).close();
    world.settle();
    assertThat(atClient.closed).isEmpty();

    network.faults().heal("worker");
    channel.send(new Numbered(1));
    world.settle();

    assertThat(atClient.closed).hasSize(1);
  }

  private record Numbered(int value) implements Message {}

  private static final class Inbox implements Receiver {
    private final EventLoop loop;
    private final List<Message> messages = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();

    Inbox(EventLoop loop) {
      this.loop = loop;
    }

    List<Integer> numbers() {
      return messages.stream().map(message -> ((Numbered) message).value()).toList();
    }

    @Override
    public void onMessage(Message message) {
      loop.assertInLoop();
      messages.add(message);
    }

    @Override
    public void onClosed(String reason) {
      loop.assertInLoop();
      closed.add(reason);
    }
  }
}
