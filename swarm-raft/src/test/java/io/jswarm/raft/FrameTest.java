// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.storage.log.entry.CommandEntry;
import io.atomix.protocols.raft.storage.log.entry.InitializeEntry;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.NodeRole;
import io.jswarm.raft.SimulatedManagers.Simulated;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.RawMessage;
import io.jswarm.transport.Receiver;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A7: what comes in from outside is bounded, checked, and believed only from whom it is. */
class FrameTest {
  private static final String SENDER = "id1|n1|n1:2377";
  private final RandomSource random = RandomSource.seeded(5);

  private static Frame frame(byte[] body) {
    return new Frame(
        Frame.Kind.REQUEST, Frame.Type.APPEND, 1, 1, 7, SENDER, "id2|n2|n2:2377", body);
  }

  @Test
  void aFrameIsReadAsItWasWritten() {
    Frame read = Frame.of(frame(new byte[] {1, 2, 3}).toMessage());

    assertThat(read.from()).isEqualTo(SENDER);
    assertThat(read.cluster()).isEqualTo(7);
    assertThat(read.body()).containsExactly(1, 2, 3);
  }

  @Test
  void anAppendIsReadAsItWasWritten() {
    List<RaftLogEntry> entries =
        List.of(
            new InitializeEntry(3, 17),
            new CommandEntry(4, 18, 1, 1, EntryCodec.operation(new byte[] {9, 8})));
    AppendRequest request = new AppendRequest(5, SENDER, 10, 2, entries, 9);

    AppendRequest read = MessageCodec.append(MemberId.from(SENDER), MessageCodec.encode(request));

    assertThat(read.term()).isEqualTo(5);
    assertThat(read.prevLogIndex()).isEqualTo(10);
    assertThat(read.prevLogTerm()).isEqualTo(2);
    assertThat(read.commitIndex()).isEqualTo(9);
    assertThat(read.entries()).extracting(RaftLogEntry::term).containsExactly(3L, 4L);
    assertThat(((CommandEntry) read.entries().get(1)).operation().value()).containsExactly(9, 8);
  }

  @Test
  void aLengthOfTwoGigabytesAllocatesNothing() {
    byte[] bytes = frame(new byte[0]).toMessage().bytes();
    ByteBuffer.wrap(bytes).putInt(27, Integer.MAX_VALUE);

    assertThatThrownBy(() -> Frame.of(new RawMessage(bytes)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void damagedFramesAreRefusedOrReadButNeverMore() {
    byte[] whole =
        frame(
                MessageCodec.encode(
                    new AppendRequest(5, SENDER, 10, 2, List.of(new InitializeEntry(3, 17)), 9)))
            .toMessage()
            .bytes();
    for (int i = 0; i < 50_000; i++) {
      byte[] damaged = java.util.Arrays.copyOf(whole, random.nextInt(whole.length + 1));
      for (int flips = random.nextInt(4); flips > 0 && damaged.length > 0; flips--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        MessageCodec.append(MemberId.from(SENDER), Frame.of(new RawMessage(damaged)).body());
      } catch (RuntimeException e) {
        assertThat(e).isNotInstanceOf(ClassCastException.class);
      }
    }
  }

  @Test
  void nobodyButAManagerUnderItsOwnNameIsHeard() {
    SimulatedManagers managers = SimulatedManagers.small(3);
    managers.begin(3);
    Simulated leader = managers.leader();
    long term = leader.log.engine().raft().getTerm();
    String self = leader.log.engine().self().id();
    String other = managers.followers().get(0).log.engine().self().id();
    byte[] vote = new MessageCodec.Poll(term + 100, 1_000, term + 100).toBytes();
    long cluster = 0;
    for (PeerIdentity stranger :
        List.of(
            new PeerIdentity("w1", NodeRole.WORKER),
            new PeerIdentity("m9", NodeRole.MANAGER),
            new PeerIdentity("m2", NodeRole.WORKER))) {
      Frame forged =
          new Frame(Frame.Kind.REQUEST, Frame.Type.VOTE, 1, 1, cluster, other, self, vote);
      send(managers, leader.address, stranger, forged.toMessage());
      send(managers, leader.address, stranger, new RawMessage(new byte[] {1, 2, 3}));
    }

    managers.world.runFor(Duration.ofSeconds(5));

    assertThat(leader.leading).isTrue();
    assertThat(leader.log.engine().raft().getTerm()).isEqualTo(term);
    CompletableFuture<Long> done = leader.propose(1);
    managers.await(done::isDone, "an entry");
    assertThat(done).isCompleted();
  }

  private static void send(
      SimulatedManagers managers, String to, PeerIdentity as, Message message) {
    EventLoop loop = managers.world.environment().loops().create("stranger");
    Channel channel =
        managers.network.connect(
            to,
            ChannelKind.RAFT,
            as,
            loop,
            new Receiver() {
              @Override
              public void onMessage(Message answer) {}

              @Override
              public void onClosed(String reason) {}
            });
    channel.send(message);
  }
}
