// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeRole;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Mailbox;
import io.jswarm.transport.Message;
import io.jswarm.transport.RawMessage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much goes through, and what waits where. */
class FlowTest {
  private static final int MEGABYTE = 1 << 20;

  private final GrpcWorld world = new GrpcWorld();
  private final CountDownLatch busy = new CountDownLatch(1);

  @AfterEach
  void close() throws Exception {
    busy.countDown();
    world.close();
  }

  private static RawMessage message(int number, int bytes) {
    return new RawMessage(ByteBuffer.allocate(bytes).putInt(number).array());
  }

  private static List<Integer> numbers(List<Message> messages) {
    return messages.stream().map(m -> ByteBuffer.wrap(((RawMessage) m).bytes()).getInt()).toList();
  }

  /** The receiver's loop does something else until {@link #busy} is counted down. */
  private void keepServerBusy() {
    world.serverLoop.execute(
        () -> {
          try {
            busy.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void aHundredThousandMessagesArriveInOrder() {
    world.listen(ChannelKind.RAFT);
    Channel channel = world.connect(world.manager(), ChannelKind.RAFT, world.atClient);
    long begin = System.nanoTime();
    for (int batch = 0; batch < 10; batch++) {
      int first = batch * 10_000;
      IntStream.range(first, first + 10_000).forEach(i -> channel.send(message(i, 100)));
      world.atServer.awaitMessages(first);
    }

    List<Message> messages = world.atServer.awaitMessages(100_000);

    long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
    System.out.println("100 000 messages of 100 bytes in " + millis + " ms");
    assertThat(numbers(messages)).isEqualTo(IntStream.range(0, 100_000).boxed().toList());
  }

  @Test
  void aRoundTripIsShort() throws Exception {
    world.listen(ChannelKind.RAFT);
    Channel channel = world.connect(world.manager(), ChannelKind.RAFT, world.atClient);
    channel.send(message(0, 4));
    Channel back = world.accepted();
    world.atServer.awaitMessages(1);
    long begin = System.nanoTime();
    for (int i = 1; i <= 1_000; i++) {
      channel.send(message(i, 4));
      world.atServer.awaitMessages(i + 1);
      back.send(message(i, 4));
      world.atClient.awaitMessages(i);
    }
    System.out.println("round trip " + (System.nanoTime() - begin) / 1_000_000 + " µs");
  }

  @Test
  void aSlowReaderBreaksTheSendersChannelAndNotItsMemory() {
    world.listen(ChannelKind.RAFT);
    GrpcTransport client =
        world.transport(
            world.credentials(world.issue(NodeRole.MANAGER, "m2")),
            limits -> limits.queue(100_000, 8 * MEGABYTE),
            builder -> builder);
    Channel channel = world.connect(client, ChannelKind.RAFT, world.atClient);
    channel.send(message(0, 4));
    world.atServer.awaitMessages(1);
    keepServerBusy();

    IntStream.range(1, 64).forEach(i -> channel.send(message(i, MEGABYTE)));

    assertThat(world.atClient.awaitClosed()).contains("too slow").contains("bytes wait");
    busy.countDown();
    world.atServer.awaitClosed();
    // What was on its way: the receiver's window, the stream's, and what the sender may hold.
    assertThat(world.atServer.messages()).hasSizeLessThan(16);
    assertThat(numbers(world.atServer.messages()))
        .isEqualTo(IntStream.range(0, world.atServer.messages().size()).boxed().toList());
  }

  @Test
  void tooManyMessagesBreakTheChannelToo() {
    world.listen(ChannelKind.RAFT);
    keepServerBusy();
    GrpcTransport client =
        world.transport(
            world.credentials(world.issue(NodeRole.MANAGER, "m2")),
            limits -> limits.queue(1_000, 8 * MEGABYTE),
            builder -> builder);
    Channel channel = world.connect(client, ChannelKind.RAFT, world.atClient);

    IntStream.range(0, 20_000).forEach(i -> channel.send(message(i, 100)));

    assertThat(world.atClient.awaitClosed()).contains("too slow").contains("1000 messages wait");
  }

  @Test
  void whatTheReaderDidNotTakeWaitsAndArrives() {
    world.listen(ChannelKind.RAFT);
    keepServerBusy();
    Channel channel = world.connect(world.manager(), ChannelKind.RAFT, world.atClient);
    IntStream.range(0, 40).forEach(i -> channel.send(message(i, MEGABYTE)));

    busy.countDown();

    assertThat(numbers(world.atServer.awaitMessages(40)))
        .isEqualTo(IntStream.range(0, 40).boxed().toList());
  }

  @Test
  void aStalledChannelAndLargeMessagesDoNotHoldUpOtherKinds() throws Exception {
    world.listen(ChannelKind.RAFT);
    Mailbox heartbeats = world.inbox();
    var unused =
        world.server.listen(
            world.address(), ChannelKind.DISPATCHER, world.clientLoop, channel -> heartbeats);
    keepServerBusy();
    GrpcTransport client = world.manager();
    Channel small = world.connect(client, ChannelKind.DISPATCHER, world.atClient);
    small.send(message(0, 4));
    heartbeats.awaitMessages(1);
    for (int stalled = 0; stalled < 3; stalled++) {
      Channel large = world.connect(client, ChannelKind.RAFT, world.inbox());
      IntStream.range(0, 8).forEach(i -> large.send(message(i, 7 * MEGABYTE)));
    }
    long worst = 0;

    for (int i = 1; i <= 100; i++) {
      long begin = System.nanoTime();
      small.send(message(i, 4));
      heartbeats.awaitMessages(i + 1);
      worst = Math.max(worst, System.nanoTime() - begin);
    }

    System.out.println("slowest heartbeat beside large messages: " + worst / 1_000_000 + " ms");
    // How long depends on the machine; a connection that is held up never delivers them.
    assertThat(world.atClient.isClosed()).isFalse();
  }

  @Test
  void aMessageThatIsTooLargeBreaksTheChannelAtTheSender() {
    world.listen(ChannelKind.RAFT);
    Channel channel = world.connect(world.manager(), ChannelKind.RAFT, world.atClient);
    channel.send(message(1, 8 * MEGABYTE));
    channel.send(message(2, 8 * MEGABYTE + 1));

    assertThat(world.atClient.awaitClosed()).contains("8388609 bytes is too large");
  }

  @Test
  void aMessageThatIsTooLargeBreaksTheChannelAtTheReceiver() {
    world.listen(ChannelKind.RAFT);
    world.listen(ChannelKind.ENROLMENT);
    GrpcTransport generous =
        world.transport(
            world.credentials(world.issue(NodeRole.MANAGER, "m2")),
            limits -> limits.maxMessageBytes(16 * MEGABYTE).maxEnrolmentBytes(MEGABYTE, MEGABYTE),
            builder -> builder);

    world.connect(generous, ChannelKind.RAFT, world.atClient).send(message(1, 9 * MEGABYTE));
    Mailbox enrolling = world.inbox();
    world.connect(generous, ChannelKind.ENROLMENT, enrolling).send(message(1, 70_000));

    world.atClient.awaitClosed();
    assertThat(enrolling.awaitClosed()).contains("70000 bytes is too large");
    assertThat(world.atServer.messages()).isEmpty();
  }

  @Test
  void whoHasNoCertificateMaySendLittle() {
    world.listen(ChannelKind.ENROLMENT);
    GrpcTransport nobody = world.transport(world.credentials(null));
    Channel channel = world.connect(nobody, ChannelKind.ENROLMENT, world.atClient);

    IntStream.range(0, 100).forEach(i -> channel.send(message(i, 60_000)));

    world.atClient.awaitClosed();
    assertThat(world.atServer.awaitClosed()).contains("without a certificate");
    assertThat(world.atServer.messages()).hasSizeLessThan(10);
  }
}
