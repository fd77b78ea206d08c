// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import static io.jswarm.agent.AgentRig.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.dispatch.TestLeader;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeResources;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeState;
import io.jswarm.model.TaskState;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.LinkFaults;
import io.jswarm.transport.Listener;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentSessionTest {
  private static final Duration SHORT = Duration.ofMillis(1);

  @Test
  void aNodeIsReadyAsSoonAsItsAgentStarts() {
    AgentRig rig = new AgentRig(61).startAgent();

    assertThat(rig.leader.nodeState(NODE)).isEqualTo(NodeState.READY);
    assertThat(rig.leader.store.view().node(NODE).orElseThrow().description())
        .isEqualTo(rig.host.description());
    rig.world.runFor(Duration.ofMinutes(10));
    assertThat(rig.leader.nodeState(NODE)).isEqualTo(NodeState.READY);
  }

  @Test
  void aBrokenConnectionIsReplacedWithoutANodeGoingDown() {
    AgentRig rig = new AgentRig(62).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    for (int i = 0; i < 10; i++) {
      rig.leader.network.faults().breakConnections(NODE);
      rig.world.runFor(Duration.ofMillis(500));
    }

    assertThat(rig.leader.commits)
        .noneMatch(commit -> commit.events().toString().contains("state=DOWN"));
    rig.leader.desire("t1", TaskState.SHUTDOWN);
    rig.awaitState("t1", TaskState.SHUTDOWN, Duration.ofSeconds(11));
  }

  @Test
  void anAgentWithAnotherCertificateGoesOnInTheSameSessionWithoutAGap() {
    AgentRig rig = new AgentRig(68).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);
    Duration slow = Duration.ofMillis(400); // longer than a broken connection may take
    rig.leader.network.faults().everywhere(LinkFaults.delay(slow, slow));
    int before = rig.leader.commits.size();

    rig.agent.identityChanged(NodeRole.MANAGER);
    rig.world.runFor(Duration.ofSeconds(4));

    assertThat(rig.leader.commits.subList(before, rig.leader.commits.size()).toString())
        .doesNotContain("state=DOWN");
    assertThat(rig.host.runs()).hasSize(1);
    rig.assign("t2");
    rig.awaitState("t2", TaskState.RUNNING, Duration.ofSeconds(3));
  }

  @Test
  void aNewCertificateThatIsRefusedAtFirstIsShownAgain() {
    AgentRig rig = new AgentRig(69).startAgent();
    rig.cutOff();
    rig.agent.identityChanged(NodeRole.WORKER);
    rig.world.runFor(Duration.ofSeconds(1));
    rig.reconnect();

    rig.world.runFor(Duration.ofSeconds(10));

    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, Duration.ofSeconds(3));
    assertThat(rig.leader.nodeState(NODE)).isEqualTo(NodeState.READY);
  }

  @Test
  void c9_2_aChangeOfLeadershipMovesNothing() {
    AgentRig rig = new AgentRig(63).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    rig.leader.changeLeader();
    rig.world.runFor(Duration.ofSeconds(10));

    assertThat(rig.leader.nodeState(NODE)).isEqualTo(NodeState.READY);
    assertThat(rig.host.runs()).hasSize(1);
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void anAgentWhoseNodeDoesNotExistYetGetsInOnceItDoes() {
    AgentRig rig = new AgentRig(64);
    rig.leader.write(tx -> tx.delete(tx.node(NODE).orElseThrow()));
    rig.startAgent();
    rig.world.runFor(Duration.ofMinutes(1));

    rig.leader.createNode(NODE);
    rig.world.runFor(Duration.ofSeconds(9));

    assertThat(rig.leader.nodeState(NODE)).isEqualTo(NodeState.READY);
  }

  @Test
  void anAgentWhoseNodeWasRemovedStopsWhatItRan() {
    AgentRig rig = new AgentRig(72).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    rig.leader.write(tx -> tx.delete(tx.node(NODE).orElseThrow()));
    rig.world.runFor(Duration.ofSeconds(11));

    assertThat(rig.present()).isEmpty();
  }

  @Test
  void anAgentWhoseNodeWasRemovedMeanwhileStopsWhatItRan() {
    AgentRig rig = new AgentRig(73).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);
    rig.cutOff();
    rig.world.runFor(Duration.ofMinutes(1));
    rig.leader.write(tx -> tx.delete(tx.node(NODE).orElseThrow()));
    assertThat(rig.running()).containsExactly("t1");

    rig.reconnect();
    rig.world.runFor(Duration.ofSeconds(30));

    assertThat(rig.present()).isEmpty();
  }

  @Test
  void c9_11_anAgentThatMissedASetAsksAgain() {
    AgentRig rig = new AgentRig(65).startAgent();
    rig.assign("t1");
    rig.leader.network.faults().between(TestLeader.ADDRESS, NODE, lossy(1));
    rig.assign("t2");
    rig.leader.network.faults().healAll();

    rig.assign("t3");
    rig.awaitState("t2", TaskState.RUNNING, SHORT);

    assertThat(rig.leader.state("t3")).isEqualTo(TaskState.RUNNING);
    assertThat(rig.host.runs()).hasSize(3);
  }

  @Test
  void c9_11_aSetThatWasTheLastIsMissedTooWithTheNextHeartbeats() {
    AgentRig rig = new AgentRig(66).startAgent();
    rig.leader.network.faults().between(TestLeader.ADDRESS, NODE, lossy(1));
    rig.assign("t1");
    rig.leader.network.faults().healAll();

    rig.awaitState("t1", TaskState.RUNNING, Duration.ofMillis(3_500));
  }

  @Test
  void c9_18_theAgentsNewerStatusWins() {
    AgentRig rig = new AgentRig(67).startAgent();
    rig.leader.network.faults().between(NODE, TestLeader.ADDRESS, lossy(1));
    rig.assign("t1");
    assertThat(rig.running()).containsExactly("t1");
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.ASSIGNED);

    rig.leader.updateTask("t1", task -> task.toBuilder().serviceName("renamed").build());
    rig.leader.network.faults().healAll();
    rig.awaitState("t1", TaskState.RUNNING, Duration.ofSeconds(10));

    assertThat(rig.host.runs()).hasSize(1);
    rig.assertStatesWereMonotone();
  }

  @Test
  void c9_19_managersSeeNewMemoryWithinTwentySeconds() {
    AgentRig rig = new AgentRig(68).startAgent();
    rig.assign("t1");
    rig.world.runFor(Duration.ofSeconds(7));
    NodeResources more = NodeResources.of(8, 64L << 30);

    rig.host.resources(more);
    rig.world.runFor(Duration.ofSeconds(20));

    Node node = rig.leader.store.view().node(NODE).orElseThrow();
    assertThat(node.description().resources()).isEqualTo(more);
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.RUNNING);
    assertThat(rig.host.runs()).hasSize(1);
  }

  @Test
  void theOwnerHearsOfTheNodeAndItsChanges() {
    AgentRig rig = new AgentRig(69);
    List<Node> heard = new ArrayList<>();
    Agent.builder(NODE, rig.world.environment(), rig.leader.network, rig.host.runtime())
        .manager(TestLeader.ADDRESS)
        .onNode(heard::add)
        .build()
        .start();
    rig.world.settle();
    assertThat(heard).hasSize(1);

    rig.leader.write(
        tx -> {
          Node node = tx.node(NODE).orElseThrow();
          tx.update(
              node.withSpec(node.spec().toBuilder().availability(NodeAvailability.DRAIN).build()));
        });

    assertThat(heard).hasSize(2);
    assertThat(heard.get(1).spec().availability()).isEqualTo(NodeAvailability.DRAIN);
  }

  @Test
  void c9_22_withoutAManagerTasksRunOnAndTheAgentTriesAtMostEveryEightSeconds() {
    AgentRig rig = new AgentRig(70);
    List<Duration> attempts = new ArrayList<>();
    Transport counting = new CountingTransport(rig, attempts);
    Agent agent =
        Agent.builder(NODE, rig.world.environment(), counting, rig.host.runtime())
            .manager(TestLeader.ADDRESS)
            .build();
    agent.start();
    rig.world.settle();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    rig.leader.depose();
    rig.world.runFor(Duration.ofMinutes(2));
    attempts.clear();
    rig.world.runFor(Duration.ofHours(1));

    assertThat(rig.running()).containsExactly("t1");
    List<Duration> waits = new ArrayList<>();
    for (int i = 1; i < attempts.size(); i++) {
      waits.add(attempts.get(i).minus(attempts.get(i - 1)));
    }
    assertThat(waits).allMatch(wait -> wait.compareTo(Duration.ofSeconds(8)) <= 0);
    assertThat(waits).doesNotHaveDuplicates();
    assertThat(attempts).hasSizeBetween(700, 1_200);
    rig.leader.elect();
    rig.world.runFor(Duration.ofSeconds(8));
    assertThat(rig.leader.nodeState(NODE)).isEqualTo(NodeState.READY);
  }

  @Test
  void anAgentThatIsCutOffTriesLessAndLessOften() {
    AgentRig rig = new AgentRig(71);
    List<Duration> attempts = new ArrayList<>();
    Agent.builder(
            NODE, rig.world.environment(), new CountingTransport(rig, attempts), rig.host.runtime())
        .manager(TestLeader.ADDRESS)
        .build()
        .start();
    rig.world.settle();

    rig.cutOff();
    rig.world.runFor(Duration.ofMinutes(10));

    assertThat(attempts.size()).isBetween(50, 130);
  }

  static LinkFaults lossy(double drop) {
    return new LinkFaults(drop, 0, 0, Duration.ZERO, Duration.ZERO);
  }

  private record CountingTransport(AgentRig rig, List<Duration> attempts) implements Transport {
    @Override
    public Registration listen(
        String address, ChannelKind kind, EventLoop loop, Listener listener) {
      return rig.leader.network.listen(address, kind, loop, listener);
    }

    @Override
    public Channel connect(
        String address, ChannelKind kind, PeerIdentity self, EventLoop loop, Receiver receiver) {
      attempts.add(rig.world.elapsed());
      return rig.leader.network.connect(address, kind, self, loop, receiver);
    }
  }
}
