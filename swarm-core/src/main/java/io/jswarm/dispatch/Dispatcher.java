// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.control.Component;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.IdGenerator;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Kind;
import io.jswarm.model.Node;
import io.jswarm.model.Payload;
import io.jswarm.model.Task;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import io.jswarm.transport.Channel;
import io.jswarm.transport.Listener;
import io.jswarm.transport.Message;
import io.jswarm.transport.Receiver;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's side of the agents (S9.1 to S9.3): gives sessions, notices who falls silent, sends
 * assignments once they are durable, and takes reports in. Everything happens on the control loop;
 * put it behind an address with {@code transport.listen(address, DISPATCHER, loop, dispatcher)}.
 * While this manager does not lead, agents are sent away.
 *
 * <p>Unlike in the original a broken connection counts: a node whose agent is not back within
 * {@link #RECONNECT_GRACE} is DOWN, without waiting for three heartbeats to be missed.
 */
public final class Dispatcher implements Component, Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** How long a broken connection may take to come back. */
  static final Duration RECONNECT_GRACE = Duration.ofMillis(150);

  private final EventLoop loop;
  private final Store store;
  private final IdGenerator ids;
  private final RandomSource random;

  /** In the order in which they began. */
  private final Map<String, NodeSession> sessions = new LinkedHashMap<>();

  private final Registrations registrations;
  private final RegistrationLimit limit = new RegistrationLimit();
  private final NodeLiveness liveness;
  private final StatusReports reports;
  private final LogBroker logs;
  private Supplier<Optional<String>> leader = Optional::empty;
  private Duration period = Duration.ofSeconds(1);
  private boolean started;

  /**
   * A dispatcher that waits for leadership.
   *
   * @param loop the control loop's
   * @param store the one the control loop writes to
   * @param managerId this manager's node id, for {@code TaskStatus.appliedBy}
   */
  public Dispatcher(Environment environment, EventLoop loop, Store store, String managerId) {
    this.loop = loop;
    this.store = store;
    this.ids = environment.ids();
    this.random = environment.random().split();
    this.liveness = new NodeLiveness(loop, managerId);
    this.reports = new StatusReports(managerId);
    this.logs = new LogBroker(loop, store, sessions::get);
    this.registrations = new Registrations(logs::onSession);
  }

  /** Tells where agents that come here go instead while another manager leads. */
  public void redirectTo(Supplier<Optional<String>> leader) {
    this.leader = leader;
  }

  /** Reads tasks' output through the agents; any thread. */
  public LogBroker logs() {
    return logs;
  }

  @Override
  public String name() {
    return "dispatcher";
  }

  @Override
  public void start(Tx tx) {
    loop.assertInLoop();
    started = true;
    period = periodOf(tx.cluster());
    liveness.start(tx, period.multipliedBy(6));
  }

  @Override
  public void stop() {
    loop.assertInLoop();
    started = false;
    sessions.values().forEach(NodeSession::close);
    sessions.clear();
    registrations.clear();
    limit.clear();
    liveness.clear();
    reports.clear();
    logs.stop();
  }

  @Override
  public void onEvent(StoreEvent event) {
    if (event.kind() == Kind.NODE) {
      liveness.onNodeEvent(event);
    } else if (event.object() instanceof Cluster cluster) {
      period = periodOf(Optional.of(cluster));
    }
  }

  @Override
  public void reconcile(Tx tx) {
    reports.reconcile(tx, store.view());
    registrations.reconcile(tx, store.view());
    liveness.reconcile(tx);
  }

  @Override
  public void onCommit(Commit commit) {
    loop.assertInLoop();
    ReadView view = store.view();
    reports.onCommit();
    boolean managersChanged = false;
    Set<NodeSession> touched = new LinkedHashSet<>();
    for (StoreEvent event : commit.events()) {
      if (event.object() instanceof Task task) {
        NodeSession session = task.isAssigned() ? sessions.get(task.nodeId()) : null;
        if (session != null) {
          session.feed().onTaskEvent(event);
          touched.add(session);
        }
      } else if (event.object() instanceof Node node) {
        onNodeCommitted(event, node);
        managersChanged |= ManagerAddresses.changedBy(event);
      } else if (event.object() instanceof Cluster cluster) {
        onClusterCommitted(event, cluster);
      }
    }
    if (managersChanged) {
      List<String> managers = ManagerAddresses.of(view);
      for (NodeSession session : sessions.values()) {
        session.send(new ManagerMessage.ManagersChanged(session.id(), managers));
      }
    }
    touched.forEach(session -> session.feed().flush(view));
    registrations.confirm(view);
    logs.onCommit(commit);
  }

  private void onNodeCommitted(StoreEvent event, Node node) {
    NodeSession session = sessions.get(node.id());
    if (event instanceof StoreEvent.Deleted) {
      limit.forget(node.id());
      if (session != null) {
        session.send(refusal(0, ManagerMessage.Reason.NOT_REGISTERED, "the node was removed"));
        drop(session);
        session.close();
      }
    } else if (session != null && event.old() instanceof Node old) {
      if (!old.spec().equals(node.spec())
          || old.role() != node.role()
          || old.certificate().state() != node.certificate().state()) {
        session.send(new ManagerMessage.NodeChanged(session.id(), node));
      }
    }
  }

  private void onClusterCommitted(StoreEvent event, Cluster cluster) {
    Payload roots = cluster.rootCa().trusted();
    boolean same = event.old() instanceof Cluster old && old.rootCa().trusted().equals(roots);
    if (!same && !roots.isEmpty()) {
      for (NodeSession session : sessions.values()) {
        session.send(new ManagerMessage.RootsChanged(session.id(), roots));
      }
    }
  }

  @Override
  public Receiver onChannel(Channel channel) {
    loop.assertInLoop();
    return new Receiver() {
      @Override
      public void onMessage(Message message) {
        loop.assertInLoop();
        if (message instanceof AgentMessage known) {
          receive(channel, known);
        }
      }

      @Override
      public void onClosed(String reason) {
        lost(channel);
      }
    };
  }

  private void receive(Channel channel, AgentMessage message) {
    if (!started) {
      long attempt = message instanceof AgentMessage.Register request ? request.attempt() : 0;
      String why = "this manager does not lead";
      channel.send(
          new ManagerMessage.Refused(
              attempt, ManagerMessage.Reason.NOT_LEADER, why, leader.get().orElse("")));
      channel.close();
      return;
    }
    String nodeId = channel.peer().nodeId();
    if (message instanceof AgentMessage.Register request) {
      onRegister(channel, nodeId, request);
      return;
    }
    NodeSession session = sessions.get(nodeId);
    if (session != null && session.uses(channel) && !session.id().equals(message.sessionId())) {
      return; // late, from an earlier session of the same agent
    }
    if (session == null || !session.id().equals(message.sessionId())) {
      boolean known = store.view().node(nodeId).isPresent();
      refuse(
          channel,
          0,
          known ? ManagerMessage.Reason.INVALID_SESSION : ManagerMessage.Reason.NOT_REGISTERED,
          "node " + nodeId + " has no session " + message.sessionId());
      return;
    }
    session.heard(loop, () -> silent(session));
    if (message instanceof AgentMessage.Heartbeat) {
      session.period(announce());
      session.heard(loop, () -> silent(session));
      session.send(
          new ManagerMessage.HeartbeatReply(
              session.id(), session.period(), session.feed().stream(), session.feed().sent()));
    } else if (message instanceof AgentMessage.Subscribe request) {
      if (request.stream() > session.feed().stream()) {
        session.feed().subscribe(request.stream(), store.view());
      }
    } else if (message instanceof AgentMessage.ReportStatus report) {
      reports.accept(session, report);
    } else if (message instanceof AgentMessage.LogBatch batch) {
      logs.onBatch(session, batch);
    } else if (message instanceof AgentMessage.LogEnd end) {
      logs.onEnd(session, end);
    }
  }

  private void onRegister(Channel channel, String nodeId, AgentMessage.Register request) {
    if (store.view().node(nodeId).isEmpty()) {
      refuse(
          channel,
          request.attempt(),
          ManagerMessage.Reason.NOT_REGISTERED,
          "node " + nodeId + " is not part of the cluster");
      return;
    }
    NodeSession session = sessions.get(nodeId);
    if (session == null || !session.id().equals(request.sessionId())) {
      if (!limit.admit(nodeId, loop.nanoTime())) {
        refuse(
            channel,
            request.attempt(),
            ManagerMessage.Reason.RATE_LIMITED,
            "node " + nodeId + " registers too often");
        return;
      }
      if (session != null) {
        drop(session);
        session.end();
      }
      session = new NodeSession(nodeId, ids.next());
      sessions.put(nodeId, session);
    }
    NodeSession current = session;
    current.bind(channel);
    current.pending(
        new NodeSession.Pending(request.attempt(), request.description(), channel.peerAddress()));
    current.period(announce());
    current.heard(loop, () -> silent(current));
    liveness.registering(nodeId);
    registrations.add(current);
  }

  private void lost(Channel channel) {
    NodeSession session = sessions.get(channel.peer().nodeId());
    if (session != null && session.uses(channel)) {
      logs.onSessionLost(session.nodeId());
      session.unbind(
          loop, RECONNECT_GRACE, () -> fail(session, "the connection to the agent broke"));
    }
  }

  private void silent(NodeSession session) {
    fail(session, "heartbeat failure");
  }

  private void fail(NodeSession session, String why) {
    LOG.atWarn().addKeyValue("node", session.nodeId()).log("node is down: {}", why);
    drop(session);
    session.close();
    liveness.fail(session.nodeId(), why);
  }

  private void drop(NodeSession session) {
    sessions.remove(session.nodeId(), session);
    registrations.remove(session);
    logs.onSessionLost(session.nodeId());
  }

  private static void refuse(
      Channel channel, long attempt, ManagerMessage.Reason reason, String detail) {
    channel.send(refusal(attempt, reason, detail));
    channel.close();
  }

  private static ManagerMessage.Refused refusal(
      long attempt, ManagerMessage.Reason reason, String detail) {
    return new ManagerMessage.Refused(attempt, reason, detail, "");
  }

  /** The heartbeat period to announce: a little different each time, so that agents spread. */
  private Duration announce() {
    return Duration.ofNanos((long) (period.toNanos() * (0.9 + 0.2 * random.nextDouble())));
  }

  private static Duration periodOf(Optional<Cluster> cluster) {
    Duration period =
        cluster.map(Cluster::spec).orElseGet(ClusterSpec::defaults).dispatcher().heartbeatPeriod();
    return period.isZero() ? ClusterSpec.defaults().dispatcher().heartbeatPeriod() : period;
  }

  /** How many agents have a session; on the loop. */
  int sessionCount() {
    return sessions.size();
  }
}
