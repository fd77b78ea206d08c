// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.dispatch.ManagerMessage.Reason;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.TaskState;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
  private final SimulatedEnvironment world = new SimulatedEnvironment(11);
  private final TestLeader leader = new TestLeader(world, Duration.ofSeconds(5));

  @Test
  void aRegistrationIsAnsweredOnceTheNodeIsReadyInTheStore() {
    leader.createNode("n1");

    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();

    Node stored = leader.store.view().node("n1").orElseThrow();
    assertThat(stored.status().state()).isEqualTo(NodeState.READY);
    assertThat(stored.status().addr()).isNotEmpty();
    assertThat(stored.description()).isEqualTo(ScriptedAgent.DESCRIPTION);
    assertThat(agent.last(ManagerMessage.Registered.class).node()).isEqualTo(stored);
  }

  @Test
  void theHeartbeatPeriodIsTheClusters_moreOrLess() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();
    for (int i = 0; i < 20; i++) {
      agent.heartbeat();
    }

    assertThat(agent.received(ManagerMessage.HeartbeatReply.class))
        .hasSize(20)
        .allSatisfy(
            reply ->
                assertThat(reply.heartbeatPeriod())
                    .isBetween(Duration.ofMillis(4_500), Duration.ofMillis(5_500)))
        .extracting(ManagerMessage.HeartbeatReply::heartbeatPeriod)
        .doesNotHaveDuplicates();
  }

  @Test
  void anotherHeartbeatPeriodHoldsFromTheNextReplyOn() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();

    leader.write(
        tx -> {
          var cluster = tx.cluster().orElseThrow();
          ClusterSpec spec =
              cluster.spec().toBuilder().heartbeatPeriod(Duration.ofSeconds(1)).build();
          tx.update(cluster.withSpec(spec));
        });
    agent.heartbeat();

    assertThat(agent.last(ManagerMessage.HeartbeatReply.class).heartbeatPeriod())
        .isBetween(Duration.ofMillis(900), Duration.ofMillis(1_100));
    world.runFor(Duration.ofMillis(3_400));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.DOWN);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void c9_1_aSilentNodeIsDownAfterThreePeriods(long seed) {
    SimulatedEnvironment world = new SimulatedEnvironment(seed);
    TestLeader leader = new TestLeader(world, Duration.ofSeconds(5));
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();
    world.runFor(Duration.ofSeconds(4));
    agent.heartbeat();

    world.runFor(Duration.ofMillis(13_499));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.READY);

    world.runFor(Duration.ofMillis(3_001));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.DOWN);
    assertThat(leader.store.view().node("n1").orElseThrow().status().message())
        .contains("heartbeat");
  }

  @Test
  void heartbeatsKeepANodeReady() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();

    for (int i = 0; i < 20; i++) {
      world.runFor(Duration.ofSeconds(12));
      agent.heartbeat();
    }

    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.READY);
  }

  @Test
  void c9_2_afterALeaderChangeAnAgentThatReturnsKeepsItsTasks() {
    leader.createNode("n1");
    leader.create(TestLeader.task("t1", "n1", TaskState.RUNNING, TaskState.RUNNING));
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();

    leader.changeLeader();
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.UNKNOWN);
    assertThat(agent.closed).isNotEmpty();
    world.runFor(Duration.ofSeconds(20));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.UNKNOWN);
    agent.connect();
    agent.register();

    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.READY);
    world.runFor(Duration.ofSeconds(11));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.READY);
    assertThat(leader.state("t1")).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void c9_3_afterALeaderChangeANodeThatNeverReturnsIsDownAfterSixPeriods() {
    leader.createNode("n1");
    new ScriptedAgent(leader, "n1").register();

    leader.changeLeader();
    world.runFor(Duration.ofSeconds(29));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.UNKNOWN);
    world.runFor(Duration.ofSeconds(2));

    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.DOWN);
  }

  @Test
  void c9_4_aNewRegistrationEndsTheOlderSession() {
    leader.createNode("n1");
    ScriptedAgent first = new ScriptedAgent(leader, "n1").register();
    ScriptedAgent second = new ScriptedAgent(leader, "n1").register();

    first.heartbeat();
    second.heartbeat();

    assertThat(second.sessionId()).isNotEqualTo(first.sessionId());
    assertThat(first.last(ManagerMessage.Refused.class).reason()).isEqualTo(Reason.INVALID_SESSION);
    assertThat(first.received(ManagerMessage.HeartbeatReply.class)).isEmpty();
    assertThat(second.received(ManagerMessage.HeartbeatReply.class)).hasSize(1);
  }

  @Test
  void aLateMessageOfAnEarlierSessionDoesNotHarmThePresentOne() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();
    String earlier = agent.sessionId();
    agent.register();

    agent.say(new AgentMessage.Heartbeat(earlier));
    agent.heartbeat();

    assertThat(agent.closed).isEmpty();
    assertThat(agent.received(ManagerMessage.HeartbeatReply.class)).hasSize(1);
  }

  @Test
  void c9_5_aNodeThatIsNotInTheStoreIsRefused() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();

    leader.write(tx -> tx.delete(tx.node("n1").orElseThrow()));

    assertThat(agent.last(ManagerMessage.Refused.class).reason()).isEqualTo(Reason.NOT_REGISTERED);
    assertThat(agent.closed).isNotEmpty();
    agent.connect();
    agent.received.clear();
    agent.register();
    assertThat(agent.last(ManagerMessage.Refused.class).reason()).isEqualTo(Reason.NOT_REGISTERED);
    assertThat(agent.received(ManagerMessage.Registered.class)).isEmpty();
  }

  @Test
  void aNodeThatRegistersAgainAndAgainIsSlowedDown() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1");
    for (int i = 0; i < 3; i++) {
      agent.register();
    }
    assertThat(agent.received(ManagerMessage.Refused.class)).isEmpty();

    agent.register();
    assertThat(agent.last(ManagerMessage.Refused.class).reason()).isEqualTo(Reason.RATE_LIMITED);

    world.runFor(Duration.ofSeconds(9));
    agent.connect();
    agent.register();
    assertThat(agent.received(ManagerMessage.Registered.class)).hasSize(4);
  }

  @Test
  void aBrokenConnectionThatComesBackCostsNothing() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();
    String session = agent.sessionId();

    leader.network.faults().breakConnections("n1");
    world.runFor(Duration.ofMillis(140));
    agent.connect();
    agent.resume();
    world.runFor(Duration.ofSeconds(1));

    assertThat(agent.sessionId()).isEqualTo(session);
    assertThat(leader.commits)
        .noneMatch(commit -> commit.events().toString().contains("state=DOWN"));
  }

  @Test
  void aBrokenConnectionThatStaysBrokenIsNoticedAtOnce() {
    leader.createNode("n1");
    new ScriptedAgent(leader, "n1").register();

    leader.network.faults().breakConnections("n1");
    world.runFor(Duration.ofMillis(151));

    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.DOWN);
  }

  @Test
  void aDownNodeIsReadyOnceItRegistersAgain() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();
    agent.disconnect();
    world.runFor(Duration.ofSeconds(1));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.DOWN);

    agent.connect();
    agent.register();

    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.READY);
  }

  @Test
  void anAgentHearsWhenItsNodeIsChanged() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();

    leader.write(
        tx -> {
          Node node = tx.node("n1").orElseThrow();
          tx.update(
              node.withSpec(node.spec().toBuilder().availability(NodeAvailability.DRAIN).build()));
        });

    assertThat(agent.last(ManagerMessage.NodeChanged.class).node().spec().availability())
        .isEqualTo(NodeAvailability.DRAIN);
    assertThat(agent.received(ManagerMessage.NodeChanged.class)).hasSize(1);
  }

  @Test
  void aManagerThatDoesNotLeadSendsAgentsAway() {
    leader.createNode("n1");
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();

    leader.depose();
    assertThat(agent.closed).isNotEmpty();
    agent.connect();
    agent.register();

    assertThat(agent.last(ManagerMessage.Refused.class).reason()).isEqualTo(Reason.NOT_LEADER);
  }
}
