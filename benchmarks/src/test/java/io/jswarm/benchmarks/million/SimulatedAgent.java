// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import io.jswarm.dispatch.AgentMessage;
import io.jswarm.dispatch.AssignmentItem;
import io.jswarm.dispatch.ManagerMessage;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node that keeps its session alive, and says at once of every task it is given that it runs. On
 * one loop with all others.
 */
final class SimulatedAgent implements Receiver {
  private final String nodeId;
  private final NodeDescription description;
  private final EventLoop loop;
  private final Progress progress;
  private @Nullable Channel channel;
  private String session = "";
  private long reports;

  /** Told of what happens, on the agents' loop. */
  interface Progress {
    /** A node has its session. */
    void onRegistered();

    /** A node was given so many new tasks. */
    void onAssigned(int tasks);

    /** A node lost its session, which should not happen. */
    void onLost(String nodeId, String why);
  }

  SimulatedAgent(String nodeId, NodeDescription description, EventLoop loop, Progress progress) {
    this.nodeId = nodeId;
    this.description = description;
    this.loop = loop;
    this.progress = progress;
  }

  void start(Transport transport) {
    channel =
        transport.connect(
            ControlPlane.ADDRESS,
            ChannelKind.DISPATCHER,
            new PeerIdentity(nodeId, NodeRole.WORKER),
            loop,
            this);
    send(new AgentMessage.Register("", 1, description));
  }

  private void send(AgentMessage message) {
    if (channel != null) {
      channel.send(message);
    }
  }

  @Override
  public void onMessage(Message message) {
    if (message instanceof ManagerMessage.Registered registered) {
      session = registered.sessionId();
      send(new AgentMessage.Subscribe(session, 1));
      loop.schedule(registered.heartbeatPeriod(), this::beat);
      progress.onRegistered();
    } else if (message instanceof ManagerMessage.HeartbeatReply reply) {
      loop.schedule(reply.heartbeatPeriod(), this::beat);
    } else if (message instanceof ManagerMessage.Assignments assignments) {
      take(assignments);
    } else if (message instanceof ManagerMessage.Refused refused) {
      progress.onLost(nodeId, refused.detail());
    }
  }

  private void beat() {
    send(new AgentMessage.Heartbeat(session));
  }

  private void take(ManagerMessage.Assignments assignments) {
    List<AgentMessage.TaskReport> running = new ArrayList<>();
    for (AssignmentItem item : assignments.items()) {
      if (item instanceof AssignmentItem.UpdateTask update
          && update.task().state() == TaskState.ASSIGNED) {
        Task task = update.task();
        running.add(
            new AgentMessage.TaskReport(
                task.id(), task.status().advance(TaskState.RUNNING, loop.now(), "started")));
      }
    }
    if (!running.isEmpty()) {
      progress.onAssigned(running.size());
      send(new AgentMessage.ReportStatus(session, ++reports, running));
    }
  }

  @Override
  public void onClosed(String reason) {
    progress.onLost(nodeId, reason);
  }
}
