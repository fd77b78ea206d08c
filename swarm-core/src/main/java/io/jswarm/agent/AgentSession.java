// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.dispatch.AgentMessage;
import io.jswarm.dispatch.ManagerMessage;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.NodeDescription;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.Transport;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a session with the leader (S9.4): connects, registers, says that the node lives, and starts
 * over when anything of that fails. Has one timer: the heartbeat within a session, the wait for an
 * answer or for the next attempt outside of one.
 */
final class AgentSession {
  private static final Logger LOG = LoggerFactory.getLogger(AgentSession.class);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration SUCCESSOR_RETRY = Duration.ofSeconds(1);
  private static final int SILENT_PERIODS = 4;

  private final EventLoop loop;
  private final Transport transport;
  private PeerIdentity self;
  private final ManagerList managers;
  private final Backoff backoff;
  private final SessionEvents events;
  private NodeDescription description = NodeDescription.NONE;
  private NodeDescription registeredDescription = NodeDescription.NONE;
  private String manager = "";
  private @Nullable Channel channel;

  /** Takes the place of the channel once the session goes on over it. */
  private @Nullable Channel successor;

  private String sessionId = "";
  private long attempt;
  private boolean registered;

  /** The present attempt follows a redirection; another one waits, lest it goes in circles. */
  private boolean redirected;

  private boolean closed;
  private Duration period = Duration.ofSeconds(1);
  private EventLoop.@Nullable Timer timer;
  private long heardNanos;

  AgentSession(
      EventLoop loop,
      Transport transport,
      PeerIdentity self,
      ManagerList managers,
      RandomSource random,
      SessionEvents events) {
    this.loop = loop;
    this.transport = transport;
    this.self = self;
    this.managers = managers;
    this.backoff = new Backoff(random);
    this.events = events;
  }

  boolean isRegistered() {
    return registered;
  }

  String id() {
    return sessionId;
  }

  /** Sends within the session; without one the message is lost. */
  void send(AgentMessage message) {
    if (registered && channel != null) {
      channel.send(message);
    }
  }

  /** Describes the node; within a session a difference is told to the managers. */
  void describe(NodeDescription description) {
    loop.assertInLoop();
    this.description = description;
    if (registered && channel != null && !description.equals(registeredDescription)) {
      channel.send(new AgentMessage.Register(sessionId, ++attempt, description));
    }
  }

  /** Tries to get a session. */
  void connect() {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    manager = managers.pick();
    ChannelReceiver receiver = new ChannelReceiver();
    Channel opened = transport.connect(manager, ChannelKind.DISPATCHER, self, loop, receiver);
    receiver.channel = opened;
    channel = opened;
    opened.send(new AgentMessage.Register(sessionId, ++attempt, description));
    after(CALL_TIMEOUT, this::silent);
  }

  /**
   * Appears as {@code self} from now on. A present session goes on over another channel, without a
   * gap: the old one is closed once the new one is in use.
   */
  void appearAs(PeerIdentity self) {
    loop.assertInLoop();
    this.self = self;
    succeed();
  }

  private void succeed() {
    closeSuccessor();
    if (closed || !registered) {
      return;
    }
    ChannelReceiver receiver = new ChannelReceiver();
    Channel opened = transport.connect(manager, ChannelKind.DISPATCHER, self, loop, receiver);
    receiver.channel = opened;
    successor = opened;
    opened.send(new AgentMessage.Register(sessionId, ++attempt, description));
    loop.schedule(
        CALL_TIMEOUT,
        () -> {
          if (successor == opened) {
            succeed();
          }
        });
  }

  private void succeedUnlessDone() {
    if (successor == null) {
      succeed();
    }
  }

  private void closeSuccessor() {
    if (successor != null) {
      successor.close();
      successor = null;
    }
  }

  /** Gives the session up and gets another one. */
  void failed(String why) {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    LOG.atDebug().addKeyValue("node", self.nodeId()).log("session with {}: {}", manager, why);
    managers.failed(manager);
    boolean had = registered;
    disconnect();
    if (had) {
      events.onSessionLost();
      connect(); // at once: what broke may be the connection only, and the grace is short
    } else if (managers.knowsLeader() && !redirected) {
      redirected = true;
      connect();
    } else {
      redirected = false;
      after(backoff.next(), this::connect);
    }
  }

  /** Ends the session for good. */
  void close() {
    loop.assertInLoop();
    closed = true;
    disconnect();
  }

  private void disconnect() {
    registered = false;
    closeSuccessor();
    if (channel != null) {
      channel.close();
      channel = null;
    }
    cancelTimer();
  }

  private void after(Duration delay, Runnable task) {
    cancelTimer();
    timer = loop.schedule(delay, task);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /**
   * A leader that is cut off has a successor after a second or so, who gives its agents six periods
   * to come: they have to be there by then.
   */
  private void beat() {
    if (loop.nanoTime() - heardNanos > period.multipliedBy(SILENT_PERIODS).toNanos()) {
      silent();
      return;
    }
    send(new AgentMessage.Heartbeat(sessionId));
    events.onBeat(period);
    if (registered) {
      after(period, this::beat);
    }
  }

  private void silent() {
    String address = manager;
    failed(address + " is silent");
    managers.silent(address);
  }

  /** The session goes on over the successor; what went over the old channel may be lost. */
  private void takeOver() {
    Channel old = channel;
    channel = successor;
    successor = null;
    if (old != null) {
      old.close();
    }
    registered = false;
    cancelTimer();
    events.onSessionLost();
  }

  private void receive(ManagerMessage message) {
    heardNanos = loop.nanoTime();
    if (message instanceof ManagerMessage.Registered answer) {
      onRegistered(answer);
    } else if (message instanceof ManagerMessage.Refused refusal) {
      onRefused(refusal);
    } else if (registered) {
      if (message instanceof ManagerMessage.HeartbeatReply reply) {
        period = reply.heartbeatPeriod();
      } else if (message instanceof ManagerMessage.ManagersChanged change) {
        onManagers(change.managers());
      }
      events.onMessage(message);
    }
  }

  private void onRegistered(ManagerMessage.Registered answer) {
    if (answer.attempt() != attempt) {
      return;
    }
    boolean refreshed = registered && answer.sessionId().equals(sessionId);
    sessionId = answer.sessionId();
    period = answer.heartbeatPeriod();
    registeredDescription = answer.node().description();
    registered = true;
    redirected = false;
    backoff.reset();
    managers.succeeded(manager);
    onManagers(answer.managers());
    if (!refreshed) {
      LOG.atDebug().addKeyValue("node", self.nodeId()).log("session {}", sessionId);
      after(period, this::beat);
      events.onSession(answer.node());
    }
  }

  private void onManagers(List<String> addresses) {
    managers.replace(addresses);
    events.onManagers(managers.addresses());
  }

  private void onRefused(ManagerMessage.Refused refusal) {
    if (refusal.attempt() != 0 && refusal.attempt() != attempt) {
      return;
    }
    if (refusal.reason() == ManagerMessage.Reason.NOT_LEADER) {
      managers.leader(refusal.leader());
    } else {
      sessionId = "";
    }
    if (refusal.reason() == ManagerMessage.Reason.NOT_REGISTERED) {
      events.onRemoved();
    }
    failed(refusal.reason() + ": " + refusal.detail());
  }

  private final class ChannelReceiver implements Receiver {
    private @Nullable Channel channel;

    @Override
    public void onMessage(Message message) {
      if (!(message instanceof ManagerMessage known) || channel == null) {
        return;
      }
      boolean answersSuccessor =
          channel == successor
              && known instanceof ManagerMessage.Registered answer
              && answer.attempt() == attempt;
      if (answersSuccessor) {
        takeOver();
      }
      if (isCurrent() || channel == successor) {
        receive(known);
      }
    }

    @Override
    public void onClosed(String reason) {
      if (isCurrent()) {
        failed(reason);
      } else if (channel != null && channel == successor) {
        successor = null;
        loop.schedule(SUCCESSOR_RETRY, AgentSession.this::succeedUnlessDone);
      }
    }

    private boolean isCurrent() {
      return channel != null && channel == AgentSession.this.channel;
    }
  }
}
