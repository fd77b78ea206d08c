// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import static java.util.Objects.requireNonNull;

import io.jswarm.dispatch.AgentMessage;
import io.jswarm.dispatch.ManagerMessage;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.Node;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's side of a node: keeps a session with the leader, runs what it is assigned on a
 * {@link TaskRuntime}, and reports (S9.4 to S9.6). Tasks it remembers go on before any manager is
 * reached, and while none is.
 *
 * <p>All state lives on the loop it is given, which it may share with other agents; it has no
 * thread and never blocks. Public methods may be called from any thread.
 */
public final class Agent {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  /** How old the managers' picture of the node may get. */
  private static final Duration DESCRIBE_EVERY = Duration.ofSeconds(20);

  private static final Duration DESCRIBE_RETRY = Duration.ofSeconds(1);
  private static final Duration REPORT_AGAIN = Duration.ofSeconds(5);

  private final EventLoop loop;
  private final boolean ownsLoop;
  private final TaskRuntime runtime;
  private final TaskDatabase database;
  private final Consumer<Node> onNode;
  private final Consumer<List<String>> onManagers;
  private final Consumer<Payload> onRoots;
  private final Supplier<NodeDescription.@Nullable TlsInfo> tlsInfo;
  private final String nodeId;
  private final Worker worker;
  private final AgentSession session;
  private final AssignmentStream assignments = new AssignmentStream();
  private final StatusReporter reporter = new StatusReporter();
  private final LogPumps logs;
  private boolean flushQueued;
  private boolean removed;
  private boolean started;
  private boolean closed;
  private boolean describing;
  private long describedNanos;
  private long reportedNanos;

  private Agent(Builder from, EventLoop loop) {
    this.loop = loop;
    this.ownsLoop = from.loop == null;
    this.runtime = from.runtime;
    this.database = from.database;
    this.onNode = from.onNode;
    this.onManagers = from.onManagers;
    this.onRoots = from.onRoots;
    this.tlsInfo = from.tlsInfo;
    this.nodeId = from.nodeId;
    this.worker = new Worker(from.nodeId, loop, runtime, database, this::report, reporter::forget);
    RandomSource random = from.environment.random().split();
    this.session =
        new AgentSession(
            loop,
            from.transport,
            new PeerIdentity(from.nodeId, from.role),
            new ManagerList(from.managers, random),
            random,
            new Events());
    this.logs = new LogPumps(loop, runtime, session::send);
  }

  /** An agent of a node that is, or will be, part of the cluster. */
  public static Builder builder(
      String nodeId, Environment environment, Transport transport, TaskRuntime runtime) {
    return new Builder(nodeId, environment, transport, runtime);
  }

  /** Goes on with the remembered tasks, then looks for a manager. */
  public void start() {
    loop.execute(
        () -> {
          if (!started && !closed) {
            started = true;
            describe(this::load);
          }
        });
  }

  /**
   * The node has another certificate, and with it perhaps another role: managers are told, and the
   * present session goes on over a connection that shows it.
   */
  public void identityChanged(NodeRole role) {
    loop.execute(
        () -> {
          if (started && !closed) {
            describe(
                description -> {
                  session.describe(description);
                  session.appearAs(new PeerIdentity(nodeId, role));
                });
          }
        });
  }

  /**
   * Leaves: tasks run on, and an agent with the same database finds them again. Completes when what
   * has to be remembered is.
   */
  public CompletionStage<Void> close() {
    return ending(worker::close);
  }

  /**
   * Leaves nothing behind: ends the session, then stops and removes all tasks. Fails with what kept
   * it from removing one.
   */
  public CompletionStage<Void> shutdown() {
    return ending(worker::shutDown);
  }

  private CompletionStage<Void> ending(Supplier<CompletionStage<Void>> howTasksEnd) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          closed = true;
          logs.cancelAll();
          session.close();
          howTasksEnd
              .get()
              .whenComplete(
                  (value, error) -> {
                    if (ownsLoop) {
                      loop.close();
                    }
                    if (error != null) {
                      done.completeExceptionally(error);
                    } else {
                      done.complete(null);
                    }
                  });
        });
    return done;
  }

  /** Without knowing the host there is nothing to register with: repeated until it works. */
  private void describe(Consumer<NodeDescription> then) {
    describing = true;
    runtime
        .describe()
        .whenComplete(
            (description, error) ->
                loop.execute(
                    () -> {
                      describing = false;
                      if (closed) {
                        return;
                      }
                      describedNanos = loop.nanoTime();
                      if (error == null) {
                        NodeDescription whole = description.withTlsInfo(tlsInfo.get());
                        worker.description(whole);
                        then.accept(whole);
                      } else {
                        LOG.warn("cannot describe this host, trying again: {}", error.getMessage());
                        describing = true;
                        loop.schedule(DESCRIBE_RETRY, () -> describe(then));
                      }
                    }));
  }

  private void load(NodeDescription description) {
    session.describe(description);
    database
        .load()
        .whenComplete(
            (entries, error) ->
                loop.execute(
                    () -> {
                      if (closed) {
                        return;
                      }
                      if (error != null) {
                        LOG.atError().setCause(error).log("cannot read the tasks remembered");
                      }
                      worker.resume(error == null ? entries : new ArrayList<>());
                      session.connect();
                    }));
  }

  private void report(String taskId, TaskStatus status) {
    reporter.add(taskId, status);
    if (!flushQueued && session.isRegistered()) {
      flushQueued = true;
      loop.execute(this::flushReports); // with the next turn, so that one report tells of many
    }
  }

  private void flushReports() {
    flushQueued = false;
    if (session.isRegistered()) {
      AgentMessage report = reporter.next(session.id());
      if (report != null) {
        reportedNanos = loop.nanoTime();
        session.send(report);
      }
    }
  }

  private void subscribe() {
    session.send(new AgentMessage.Subscribe(session.id(), assignments.restart()));
  }

  private void onAssignments(ManagerMessage.Assignments set) {
    switch (assignments.judge(set)) {
      case APPLY -> worker.assign(set.complete(), set.items());
      case RESTART -> subscribe();
      case IGNORE -> {}
    }
  }

  private void onSettled(long sequence) {
    if (reporter.settled(sequence)) {
      flushReports();
    }
  }

  private final class Events implements SessionEvents {
    @Override
    public void onSession(Node node) {
      removed = false;
      onNode.accept(node);
      logs.cancelAll();
      subscribe();
      reporter.interrupted();
      worker.reportAll();
      flushReports();
    }

    /** Its tasks are orphans, and replaced elsewhere: they must not go on here (I-17). */
    @Override
    public void onRemoved() {
      if (!removed) {
        removed = true;
        LOG.info("this node is not part of the cluster; what it runs for it is removed");
        worker.assign(true, List.of());
      }
    }

    @Override
    public void onManagers(List<String> addresses) {
      onManagers.accept(addresses);
    }

    @Override
    public void onSessionLost() {
      reporter.interrupted();
      logs.cancelAll();
    }

    @Override
    public void onBeat(Duration period) {
      long now = loop.nanoTime();
      if (now - reportedNanos >= REPORT_AGAIN.toNanos()) {
        AgentMessage report = reporter.again(session.id());
        if (report != null) {
          reportedNanos = now;
          session.send(report);
        }
      }
      if (!describing && now + period.toNanos() - describedNanos > DESCRIBE_EVERY.toNanos()) {
        describe(session::describe);
      }
    }

    @Override
    public void onMessage(ManagerMessage message) {
      if (message instanceof ManagerMessage.Assignments set) {
        onAssignments(set);
      } else if (message instanceof ManagerMessage.StatusAck ack) {
        onSettled(ack.sequence());
      } else if (message instanceof ManagerMessage.HeartbeatReply reply) {
        if (assignments.isStuck(reply)) {
          subscribe();
        }
      } else if (message instanceof ManagerMessage.NodeChanged change) {
        onNode.accept(change.node());
      } else if (message instanceof ManagerMessage.RootsChanged change) {
        onRoots.accept(change.roots());
      } else if (message instanceof ManagerMessage.StatusRefused refusal) {
        LOG.atWarn().log("a status report was refused: {}", refusal.detail());
        onSettled(refusal.sequence());
      } else if (message instanceof ManagerMessage.SubscribeLogs request) {
        logs.onSubscribe(request);
      } else if (message instanceof ManagerMessage.LogAck ack) {
        logs.onAck(ack);
      } else if (message instanceof ManagerMessage.UnsubscribeLogs request) {
        logs.onUnsubscribe(request);
      }
    }
  }

  /** Makes agents; not thread-safe. */
  public static final class Builder {
    private final String nodeId;
    private final Environment environment;
    private final Transport transport;
    private final TaskRuntime runtime;
    private final List<String> managers = new ArrayList<>();
    private NodeRole role = NodeRole.WORKER;
    private TaskDatabase database = TaskDatabase.inMemory();
    private Consumer<Node> onNode = node -> {};
    private Consumer<List<String>> onManagers = addresses -> {};
    private Consumer<Payload> onRoots = roots -> {};
    private Supplier<NodeDescription.@Nullable TlsInfo> tlsInfo = () -> null;
    private @Nullable EventLoop loop;

    private Builder(
        String nodeId, Environment environment, Transport transport, TaskRuntime runtime) {
      this.nodeId = requireNonNull(nodeId, "nodeId");
      this.environment = requireNonNull(environment, "environment");
      this.transport = requireNonNull(transport, "transport");
      this.runtime = requireNonNull(runtime, "runtime");
    }

    /** Adds the address of a manager; at least one is needed. */
    public Builder manager(String address) {
      managers.add(requireNonNull(address, "address"));
      return this;
    }

    /** Sets the role to appear with; a worker unless set. */
    public Builder role(NodeRole role) {
      this.role = requireNonNull(role, "role");
      return this;
    }

    /** Sets where tasks are remembered; in memory unless set. */
    public Builder database(TaskDatabase database) {
      this.database = requireNonNull(database, "database");
      return this;
    }

    /** Sets the loop to live on; its owner closes it. One of its own unless set. */
    public Builder loop(EventLoop loop) {
      this.loop = requireNonNull(loop, "loop");
      return this;
    }

    /** Hears of the node object with each session and each change of it; on the agent's loop. */
    public Builder onNode(Consumer<Node> onNode) {
      this.onNode = requireNonNull(onNode, "onNode");
      return this;
    }

    /** Hears who the managers are, with each session and each change; on the agent's loop. */
    public Builder onManagers(Consumer<List<String>> onManagers) {
      this.onManagers = requireNonNull(onManagers, "onManagers");
      return this;
    }

    /** Hears which roots to trust, PEM, with each session and each change; on the agent's loop. */
    public Builder onRoots(Consumer<Payload> onRoots) {
      this.onRoots = requireNonNull(onRoots, "onRoots");
      return this;
    }

    /** Sets what tells about the node's certificates; none unless set. */
    public Builder tlsInfo(Supplier<NodeDescription.@Nullable TlsInfo> tlsInfo) {
      this.tlsInfo = requireNonNull(tlsInfo, "tlsInfo");
      return this;
    }

    /** The agent; it does nothing before {@link Agent#start()}. */
    public Agent build() {
      if (managers.isEmpty()) {
        throw new IllegalStateException("an agent needs the address of at least one manager");
      }
      EventLoop home = loop;
      return new Agent(this, home != null ? home : environment.loops().create("agent-" + nodeId));
    }
  }
}
