// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Platform;
import io.jswarm.model.TaskStatus;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import java.util.ArrayList;
import java.util.List;

/** The far end of a session, said word for word by a test. */
final class ScriptedAgent implements Receiver {
  static final NodeDescription DESCRIPTION =
      NodeDescription.of("host", new Platform("linux", "x86_64"), NodeResources.of(4, 1L << 30));

  final List<ManagerMessage> received = new ArrayList<>();
  final List<String> closed = new ArrayList<>();
  private final TestLeader leader;
  private final String nodeId;
  private final EventLoop loop;
  private Channel channel;
  private String sessionId = "";
  private long attempt;
  private long stream;
  private long sequence;

  ScriptedAgent(TestLeader leader, String nodeId) {
    this.leader = leader;
    this.nodeId = nodeId;
    this.loop = leader.world.environment().loops().create("agent-" + nodeId);
    connect();
  }

  void connect() {
    channel =
        leader.network.connect(
            TestLeader.ADDRESS,
            ChannelKind.DISPATCHER,
            new PeerIdentity(nodeId, NodeRole.WORKER),
            loop,
            this);
    leader.world.settle();
  }

  void disconnect() {
    channel.close();
    leader.world.settle();
  }

  String sessionId() {
    return sessionId;
  }

  void say(AgentMessage message) {
    channel.send(message);
    leader.world.settle();
  }

  /** Registers anew; returns this once that is answered. */
  ScriptedAgent register() {
    sessionId = "";
    return resume();
  }

  /** Registers with the session it has. */
  ScriptedAgent resume() {
    say(new AgentMessage.Register(sessionId, ++attempt, DESCRIPTION));
    for (ManagerMessage message : received) {
      if (message instanceof ManagerMessage.Registered answer && answer.attempt() == attempt) {
        sessionId = answer.sessionId();
      }
    }
    return this;
  }

  ScriptedAgent subscribe() {
    say(new AgentMessage.Subscribe(sessionId, ++stream));
    return this;
  }

  void heartbeat() {
    say(new AgentMessage.Heartbeat(sessionId));
  }

  void report(String taskId, TaskStatus status) {
    report(List.of(new AgentMessage.TaskReport(taskId, status)));
  }

  void report(List<AgentMessage.TaskReport> reports) {
    say(new AgentMessage.ReportStatus(sessionId, ++sequence, reports));
  }

  <T extends ManagerMessage> List<T> received(Class<T> type) {
    return received.stream().filter(type::isInstance).map(type::cast).toList();
  }

  <T extends ManagerMessage> T last(Class<T> type) {
    List<T> all = received(type);
    if (all.isEmpty()) {
      throw new AssertionError("no " + type.getSimpleName() + " in " + received);
    }
    return all.get(all.size() - 1);
  }

  @Override
  public void onMessage(Message message) {
    received.add((ManagerMessage) message);
  }

  @Override
  public void onClosed(String reason) {
    closed.add(reason);
  }
}
