// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeRole;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.RawMessage;
import io.jswarm.transport.Receiver;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpTransportTest {
  private static final PeerIdentity A = new PeerIdentity("a", NodeRole.MANAGER);

  private final Environment environment = Environment.system();
  private final EventLoop loop = environment.loops().create("transport-test");
  private final TcpTransport a = TcpTransport.open();
  private final TcpTransport b = TcpTransport.open();
  private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
  private final Inbox atA = new Inbox();
  private final Inbox atB = new Inbox();
  private String address;
  private Channel channel;

  @BeforeEach
  void connect() throws Exception {
    address = "127.0.0.1:" + Ports.free();
    b.listen(
        address,
        ChannelKind.RAFT,
        loop,
        opened -> {
          accepted.add(opened);
          return atB;
        });
    channel = a.connect(address, ChannelKind.RAFT, A, loop, atA);
  }

  @AfterEach
  void close() {
    a.close();
    b.close();
    loop.close();
    environment.close();
  }

  @Test
  void messagesOfAllSizesArriveInOrderBothWays() throws Exception {
    Channel back = acceptedChannel();
    assertThat(back.peer()).isEqualTo(A);
    for (int i = 0; i < 3_000; i++) {
      channel.send(message(i, i % 100 == 0 ? 3_000_000 / (1 + i) + 4 : 4 + i % 300));
      back.send(message(-i, 4));
    }
    for (int i = 0; i < 3_000; i++) {
      assertThat(atB.next()).isEqualTo(i);
      assertThat(atA.next()).isEqualTo(-i);
    }
  }

  @Test
  void theEndOfOneSideIsNoticedByTheOtherAtOnce() throws Exception {
    acceptedChannel();
    long start = System.nanoTime();
    b.close();
    assertThat(atA.closed.poll(5, TimeUnit.SECONDS)).isNotNull();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void whatWasSentBeforeACloseArrives() throws Exception {
    Channel back = acceptedChannel();
    back.send(message(1, 1_000_000));
    back.send(message(2, 4));
    back.close();
    assertThat(atA.next()).isEqualTo(1);
    assertThat(atA.next()).isEqualTo(2);
    assertThat(atA.closed.poll(5, TimeUnit.SECONDS)).isNotNull();
    assertThat(atB.closed).isEmpty();
  }

  @Test
  void anAddressWhereNothingListensIsReported() throws Exception {
    Inbox inbox = new Inbox();
    a.connect("127.0.0.1:" + Ports.free(), ChannelKind.RAFT, A, loop, inbox);
    assertThat(inbox.closed.poll(5, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void aHeldDirectionIsSilentUntilItIsHealed() throws Exception {
    Channel back = acceptedChannel();
    a.fault(address, new TcpTransport.Fault(false, true, Duration.ZERO));
    channel.send(message(1, 4));
    back.send(message(2, 4));
    assertThat(atA.next()).isEqualTo(2);
    assertThat(atB.messages.poll(200, TimeUnit.MILLISECONDS)).isNull();
    a.fault(address, TcpTransport.Fault.NONE);
    assertThat(atB.next()).isEqualTo(1);
  }

  @Test
  void whileBothDirectionsAreHeldNotEvenTheEndOfTheOtherSideIsNoticed() throws Exception {
    acceptedChannel();
    a.fault(address, new TcpTransport.Fault(true, true, Duration.ZERO));
    settle();
    b.close();
    Inbox later = new Inbox();
    a.connect(address, ChannelKind.RAFT, A, loop, later);
    assertThat(atA.closed.poll(300, TimeUnit.MILLISECONDS)).isNull();
    assertThat(later.closed).isEmpty();
    a.fault(address, TcpTransport.Fault.NONE);
    assertThat(atA.closed.poll(5, TimeUnit.SECONDS)).isNotNull();
    assertThat(later.closed.poll(5, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void aDelayHoldsEveryMessageForThatLongAndKeepsTheirOrder() throws Exception {
    acceptedChannel();
    b.fault("a", new TcpTransport.Fault(false, false, Duration.ofMillis(100)));
    a.fault(address, new TcpTransport.Fault(false, false, Duration.ofMillis(100)));
    long start = System.nanoTime();
    channel.send(message(1, 4));
    channel.send(message(2, 4));
    assertThat(atB.next()).isEqualTo(1);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(95), Duration.ofMillis(1_000));
    assertThat(atB.next()).isEqualTo(2);
  }

  @Test
  void aResetIsNoticedByBoth() throws Exception {
    acceptedChannel();
    b.reset("a");
    assertThat(atA.closed.poll(5, TimeUnit.SECONDS)).isNotNull();
    assertThat(atB.closed.poll(5, TimeUnit.SECONDS)).isNotNull();
  }

  private Channel acceptedChannel() throws InterruptedException {
    Channel opened = accepted.poll(5, TimeUnit.SECONDS);
    assertThat(opened).isNotNull();
    return opened;
  }

  /** Lets a change that was handed to the transport's thread take effect. */
  private static void settle() throws InterruptedException {
    Thread.sleep(100);
  }

  private static RawMessage message(int number, int size) {
    return new RawMessage(ByteBuffer.allocate(size).putInt(number).array());
  }

  private static final class Inbox implements Receiver {
    final BlockingQueue<Integer> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    @Override
    public void onMessage(Message message) {
      messages.add(ByteBuffer.wrap(((RawMessage) message).bytes()).getInt());
    }

    @Override
    public void onClosed(String reason) {
      closed.add(reason);
    }

    Integer next() throws InterruptedException {
      return messages.poll(10, TimeUnit.SECONDS);
    }
  }
}
