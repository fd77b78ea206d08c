// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static java.util.Objects.requireNonNull;

import com.google.common.io.Closer;
import io.jswarm.agent.Agent;
import io.jswarm.agent.TaskDatabase;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.NewCluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.SpecValidation;
import io.jswarm.runtime.ProcessRuntime;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.spi.UntrustedLogException;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.Store;
import io.jswarm.transport.LocalNetwork;
import io.jswarm.transport.NetworkFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * A node of a cluster inside this process: a manager, which decides and also runs tasks, or a
 * worker, which only runs them.
 *
 * <pre>{@code
 * try (SwarmNode manager = SwarmNode.builder().asManager().start();
 *     SwarmNode worker = SwarmNode.builder().asWorker().join(manager).start()) {
 *   manager.swarm().services().create(spec).await();
 * }
 * }</pre>
 *
 * <p>With a log that several managers can agree through on the class path, managers join managers
 * as workers do, and the cluster outlives any minority of them.
 *
 * <p>Thread-safe. {@link #close()} stops and removes the node's tasks and leaves nothing behind;
 * {@link #detach()} lets them run on for the next start on the same data directory; {@link
 * #leave()} takes the node out of its cluster.
 */
public final class SwarmNode implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofMinutes(5);

  /** Where a manager's log is, within its data directory. */
  private static final String LOG = "raft";

  /** Where an agent remembers its tasks. */
  private static final String AGENT = "agent";

  private final Environment environment;
  private final NodeDirectory directory;
  private final String id;
  private final boolean isManager;
  private final Manager manager;
  private final Agent agent;

  /** Closes what was opened, the last first. */
  private final Closer opened;

  /** What ends a manager's part in the log without a word. */
  private Runnable abort = () -> {};

  private boolean stopsTasks;
  private boolean left;
  private boolean closed;

  private SwarmNode(Builder from, Closer opened) {
    this.opened = opened;
    isManager = from.role == NodeRole.MANAGER;
    directory = opened.register(NodeDirectory.open(from.dataDir));
    environment = environment(from);
    id = directory.identity(environment.ids());
    TaskRuntime runtime = runtime(from);
    opened.register(runtime::close);
    requireAvailable(runtime);
    boolean waits = true;
    if (isManager) {
      manager = manage(from);
      waits = becomeManager(from);
    } else {
      manager = requireNonNull(from.manager);
      manager.join(id, from.spec(NodeRole.WORKER));
    }
    agent = agent(from, runtime);
    opened.register(this::endAgent);
    agent.start();
    if (waits) {
      awaitReady();
    }
  }

  private static SwarmNode start(Builder from) {
    Closer opened = Closer.create();
    try {
      return new SwarmNode(from, opened);
    } catch (RuntimeException | Error e) {
      try {
        opened.close();
      } catch (IOException | RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private Environment environment(Builder from) {
    if (from.environment != null) {
      return from.environment;
    }
    if (from.manager != null && from.manager.environment().simulated()) {
      return from.manager.environment();
    }
    Environment system = Environment.system();
    opened.register(system::close);
    return system;
  }

  private TaskRuntime runtime(Builder from) {
    if (from.runtime != null) {
      return from.runtime;
    }
    if (environment.simulated()) {
      throw new FailedPreconditionException(
          "real processes cannot run in a simulation; name a runtime with runtime(…)");
    }
    return ProcessRuntime.builder()
        .directory(directory.path("tasks"))
        .environment(environment)
        .hostname(from.name)
        .build();
  }

  /** A node without its engine would join the cluster and then not run anything. */
  private void requireAvailable(TaskRuntime runtime) {
    try {
      Reply.of(runtime.describe(), environment.awaiter()).await(READY);
    } catch (SwarmException e) {
      throw new FailedPreconditionException(
          "the node cannot start: its runtime, "
              + runtime.name()
              + ", is not available: "
              + e.getMessage(),
          e);
    }
  }

  private Manager manage(Builder from) {
    PlacementEngine engine = from.engine();
    EventLoop loop = environment.loops().create("control-" + id);
    opened.register(loop::close);
    LocalNetwork network = network(from);
    ReplicatedLog log = log(from, network);
    opened.register(log::close);
    abort = log::abort;
    try {
      return opened.register(new Manager(environment, network, loop, id, engine, log));
    } catch (UntrustedLogException e) {
      throw new FailedPreconditionException(
          "the log of this manager cannot be trusted, so it takes no part: "
              + e.getMessage()
              + ". Start it with join(…) and rejoin(): it gets the state from the other managers,"
              + " and what it has here is kept for examination",
          e);
    }
  }

  private LocalNetwork network(Builder from) {
    if (from.network != null) {
      return from.network;
    } else if (from.manager != null) {
      return from.manager.network();
    }
    return environment.simulated() ? new LocalNetwork(environment) : LocalNetwork.ofProcess();
  }

  private ReplicatedLog log(Builder from, LocalNetwork network) {
    if (from.log != null) {
      return from.log;
    }
    ReplicatedLogFactory factory = from.logs();
    if (factory == null) {
      if (from.entry != ReplicatedLogFactory.Entry.BOOTSTRAP) {
        throw new FailedPreconditionException(
            "a cluster of several managers needs a log they agree through; add"
                + " io.jswarm:swarm-raft, or name one with log(…)");
      }
      return MemoryLog.create();
    }
    if (from.rejoins) {
      directory.moveAside(LOG);
    }
    return factory.create(
        new ReplicatedLogFactory.Settings(
            id, Manager.addressOf(id), directory.path(LOG), environment, network, from.entry));
  }

  /**
   * Takes its part among the managers.
   *
   * @return whether that, and what follows, can be waited for: one of several managers that starts
   *     anew may need others to start before anything can be agreed
   */
  private boolean becomeManager(Builder from) {
    NodeSpec spec = from.spec(NodeRole.MANAGER);
    if (from.manager != null) {
      manager.joinManagers(spec, from.manager.addresses());
    } else if (manager.hasOthers()) {
      return false;
    } else {
      manager.initialise(NewCluster.local(from.cluster), spec);
    }
    return true;
  }

  private Agent agent(Builder from, TaskRuntime runtime) {
    Agent.Builder builder =
        Agent.builder(id, environment, manager.network(), runtime)
            .role(isManager ? NodeRole.MANAGER : NodeRole.WORKER);
    manager.addresses().forEach(builder::manager);
    if (from.dataDir != null) {
      builder.database(TaskDatabase.inDirectory(directory.path(AGENT), environment.blocking()));
    }
    return builder.build();
  }

  private void awaitReady() {
    try {
      manager.awaitReady(id, READY);
    } catch (IndeterminateResultException e) {
      throw new UnavailableException("node " + id + " is not ready after " + READY, e);
    }
  }

  /** Describes a node; see the setters for defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The node's id, kept in its data directory. */
  public String id() {
    return id;
  }

  /** True for a node that was started as a manager. */
  public boolean isManager() {
    return isManager;
  }

  /**
   * The control API.
   *
   * @throws PermissionDeniedException on a worker
   */
  public Swarm swarm() {
    if (!isManager) {
      throw new PermissionDeniedException(
          "node " + id + " is a worker; use the control API of a manager");
    }
    return manager.swarm();
  }

  /** What can go wrong between the nodes of this process; for tests. */
  NetworkFaults faults() {
    return network().faults();
  }

  /** What connects the nodes of this process, or of a simulated world; for tests. */
  LocalNetwork network() {
    return manager.network();
  }

  /** The manager's store; for tests. */
  Store store() {
    return manager.store();
  }

  /**
   * Leaves the cluster for good: stops the node's tasks, {@link #close() closes} it, and removes
   * what made it a member from its data directory. A manager first becomes a worker, which hands on
   * what it does. The cluster lists the node as DOWN until it is removed there. Never call it on a
   * loop.
   *
   * @throws FailedPreconditionException when the cluster cannot do without this manager: it is the
   *     last one, or those that remain and can be reached would be fewer than a quorum. Nothing was
   *     changed
   */
  public synchronized void leave() {
    if (closed) {
      throw new IllegalStateException("node " + id + " is closed");
    }
    if (isManager) {
      manager.demote();
    }
    left = true;
    end(true);
  }

  /**
   * Stops the node and its tasks, each within its grace period, and removes all traces of them. A
   * manager hands leadership on first; a cluster that keeps its state in memory ends with its
   * manager. Idempotent; never call it on a loop.
   */
  @Override
  public void close() {
    end(true);
  }

  /**
   * Stops the node and leaves its tasks running. A node started on the same data directory finds
   * them again; without a data directory nobody will.
   */
  public void detach() {
    end(false);
  }

  /**
   * Ends the node as the death of its process would: leadership is not handed over, nobody is told,
   * and its tasks run on as after {@link #detach()}. For trying out failures.
   */
  public void kill() {
    abort.run();
    end(false);
  }

  private synchronized void end(boolean stopTasks) {
    if (closed) {
      return;
    }
    closed = true;
    stopsTasks = stopTasks;
    if (!stopTasks) {
      directory.keep();
    }
    if (left) {
      directory.forget(List.of(LOG, AGENT));
    }
    try {
      opened.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A start that failed leaves alone what an earlier one left. */
  private void endAgent() {
    Reply.of(stopsTasks ? agent.shutdown() : agent.close(), environment.awaiter()).await(STOP);
  }

  /** Describes a node. Not thread-safe; may be used once. */
  public static final class Builder {
    private @Nullable Manager manager;
    private @Nullable NodeRole role;
    private @Nullable Environment environment;
    private @Nullable TaskRuntime runtime;
    private @Nullable PlacementEngine engine;
    private @Nullable Path dataDir;
    private @Nullable ReplicatedLog log;
    private @Nullable ReplicatedLogFactory logs;
    private @Nullable LocalNetwork network;
    private ReplicatedLogFactory.Entry entry = ReplicatedLogFactory.Entry.BOOTSTRAP;
    private boolean rejoins;
    private ClusterSpec cluster = ClusterSpec.defaults();
    private String name = "";
    private boolean used;
    private final NodeSpec.Builder spec = NodeSpec.worker().toBuilder();

    private Builder() {}

    /**
     * A manager: of a new cluster, of the one it was part of if its data directory says so, or with
     * {@link #join} of another one's.
     */
    public Builder asManager() {
      role = NodeRole.MANAGER;
      return this;
    }

    /** A worker; it needs {@link #join}. */
    public Builder asWorker() {
      role = NodeRole.WORKER;
      return this;
    }

    /**
     * Joins the cluster of a manager in this process. Another manager needs a log that several can
     * agree through, such as that of io.jswarm:swarm-raft.
     */
    public Builder join(SwarmNode manager) {
      if (!manager.isManager) {
        throw new IllegalArgumentException("node " + manager.id + " is a worker; join a manager");
      }
      this.manager = manager.manager;
      if (entry == ReplicatedLogFactory.Entry.BOOTSTRAP) {
        entry = ReplicatedLogFactory.Entry.JOIN;
      }
      return this;
    }

    /**
     * Starts one surviving manager on its data directory as the only one, with the state it has:
     * for when more than half of the managers are gone for good. None of the others may run or come
     * back as a manager, except with {@link #rejoin()}.
     */
    public Builder forceNewCluster() {
      entry = ReplicatedLogFactory.Entry.FORCE_NEW_CLUSTER;
      return this;
    }

    /**
     * Starts a manager whose log cannot be trusted, or that was removed, with a new one: it gets
     * the state from the others and votes again. Its old log is moved aside within its data
     * directory. Needs {@link #join}.
     */
    public Builder rejoin() {
      rejoins = true;
      return this;
    }

    /** Name to appear under, as host name too; that of the host unless set. */
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      spec.name(name);
      return this;
    }

    /** Adds a node label, for placement constraints. */
    public Builder label(String key, String value) {
      spec.label(key, value);
      return this;
    }

    /** Whether the node takes tasks; ACTIVE unless set. */
    public Builder availability(NodeAvailability availability) {
      spec.availability(availability);
      return this;
    }

    /**
     * What runs the tasks; operating-system processes unless set. Closed with the node, also when
     * that fails to start.
     */
    public Builder runtime(TaskRuntime runtime) {
      this.runtime = requireNonNull(runtime, "runtime");
      return this;
    }

    /** What places tasks; the engine found on the class path unless set. Managers only. */
    public Builder placement(PlacementEngine engine) {
      this.engine = requireNonNull(engine, "engine");
      return this;
    }

    /**
     * What managers agree through: made by what is found on the class path unless set, else in
     * memory, for one manager. Managers only. Closed with the node.
     */
    public Builder log(ReplicatedLog log) {
      this.log = requireNonNull(log, "log");
      return this;
    }

    /** The same, for logs that need to know the node they are for. */
    public Builder log(ReplicatedLogFactory logs) {
      this.logs = requireNonNull(logs, "logs");
      return this;
    }

    /** The network of a simulated world; for tests. */
    Builder network(LocalNetwork network) {
      this.network = network;
      return this;
    }

    /** Settings of the new cluster. Managers only. */
    public Builder cluster(ClusterSpec cluster) {
      this.cluster = requireNonNull(cluster, "cluster");
      return this;
    }

    /**
     * Where the node keeps its identity and what it knows of its tasks. Without one it is a new
     * node at each start, in a temporary directory that goes with it.
     */
    public Builder dataDir(Path dataDir) {
      this.dataDir = requireNonNull(dataDir, "dataDir");
      return this;
    }

    /** Time, randomness and threads; the real ones unless set. Closed by whoever made it. */
    public Builder environment(Environment environment) {
      this.environment = requireNonNull(environment, "environment");
      return this;
    }

    /**
     * Starts the node and waits until it is part of the cluster. One of several managers that
     * starts anew does not wait: it may need the others to start before anything can be agreed.
     *
     * @throws InvalidSpecException when a label or the cluster's settings are wrong
     * @throws FailedPreconditionException when something it needs is missing; says what
     * @throws AlreadyExistsException when its data directory is that of a node of the other role
     */
    public SwarmNode start() {
      if (role == null) {
        throw new IllegalStateException("say asManager() or asWorker()");
      }
      if (role == NodeRole.WORKER && manager == null) {
        throw new IllegalStateException("a worker joins a cluster: call join(manager)");
      }
      if (manager != null && entry == ReplicatedLogFactory.Entry.FORCE_NEW_CLUSTER) {
        throw new IllegalStateException("a node joins a cluster or is its only manager, not both");
      }
      if (rejoins && manager == null) {
        throw new IllegalStateException("say which managers to rejoin: call join(manager)");
      }
      if (used) {
        throw new IllegalStateException("this builder has started a node; use one for each node");
      }
      SpecValidation.require(spec(role));
      SpecValidation.require(cluster);
      used = true;
      return SwarmNode.start(this);
    }

    private NodeSpec spec(NodeRole desired) {
      return spec.desiredRole(desired).build();
    }

    private @Nullable ReplicatedLogFactory logs() {
      if (logs != null) {
        return logs;
      }
      return ServiceLoader.load(ReplicatedLogFactory.class).findFirst().orElse(null);
    }

    private PlacementEngine engine() {
      if (engine != null) {
        return engine;
      }
      Iterator<PlacementEngine> found = ServiceLoader.load(PlacementEngine.class).iterator();
      if (!found.hasNext()) {
        throw new FailedPreconditionException(
            "there is no placement engine on the class path; add io.jswarm:swarm-scheduler, or name"
                + " one with placement(…)");
      }
      return found.next();
    }
  }
}
