// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static java.util.Objects.requireNonNull;

import com.google.common.io.Closer;
import io.jswarm.agent.Agent;
import io.jswarm.agent.TaskDatabase;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.SpecValidation;
import io.jswarm.runtime.ProcessRuntime;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.Store;
import io.jswarm.transport.NetworkFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
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
 * <p>Thread-safe. {@link #close()} stops and removes the node's tasks and leaves nothing behind;
 * {@link #detach()} lets them run on for the next start on the same data directory.
 */
public final class SwarmNode implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofMinutes(5);

  private final Environment environment;
  private final NodeDirectory directory;
  private final String id;
  private final boolean isManager;
  private final Manager manager;
  private final Agent agent;

  /** Closes what was opened, the last first. */
  private final Closer opened;

  private boolean stopsTasks;
  private boolean closed;

  private SwarmNode(Builder from, Closer opened) {
    this.opened = opened;
    isManager = from.manager == null;
    directory = opened.register(NodeDirectory.open(from.dataDir));
    environment = environment(from);
    id = directory.identity(environment.ids());
    TaskRuntime runtime = runtime(from);
    opened.register(runtime::close);
    requireAvailable(runtime);
    manager = from.manager == null ? manage(from) : from.manager;
    if (!isManager) {
      manager.join(id, from.spec(NodeRole.WORKER));
    }
    agent = agent(from, runtime);
    opened.register(this::endAgent);
    agent.start();
    awaitReady();
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
    opened.register(from.log::close);
    PlacementEngine engine = from.engine();
    EventLoop loop = environment.loops().create("control-" + id);
    opened.register(loop::close);
    Manager created = opened.register(new Manager(environment, loop, id, engine, from.log));
    created.initialise(id, from.cluster, from.spec(NodeRole.MANAGER));
    return created;
  }

  private Agent agent(Builder from, TaskRuntime runtime) {
    Agent.Builder builder =
        Agent.builder(id, environment, manager.network(), runtime)
            .manager(manager.address())
            .role(isManager ? NodeRole.MANAGER : NodeRole.WORKER);
    if (from.dataDir != null) {
      builder.database(TaskDatabase.inDirectory(directory.path("agent"), environment.blocking()));
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

  /** True for a manager. */
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
    return manager.network().faults();
  }

  /** The manager's store; for tests. */
  Store store() {
    return manager.store();
  }

  /**
   * Stops the node and its tasks, each within its grace period, and removes all traces of them. A
   * manager's cluster ends with it. Idempotent; never call it on a loop.
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

  private synchronized void end(boolean stopTasks) {
    if (closed) {
      return;
    }
    closed = true;
    stopsTasks = stopTasks;
    if (!stopTasks) {
      directory.keep();
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
    private ReplicatedLog log = MemoryLog.create();
    private ClusterSpec cluster = ClusterSpec.defaults();
    private String name = "";
    private boolean used;
    private final NodeSpec.Builder spec = NodeSpec.worker().toBuilder();

    private Builder() {}

    /** A manager of a new cluster. */
    public Builder asManager() {
      role = NodeRole.MANAGER;
      return this;
    }

    /** A worker; it needs {@link #join}. */
    public Builder asWorker() {
      role = NodeRole.WORKER;
      return this;
    }

    /** Joins the cluster of a manager in this process. */
    public Builder join(SwarmNode manager) {
      if (!manager.isManager) {
        throw new IllegalArgumentException("node " + manager.id + " is a worker; join a manager");
      }
      this.manager = manager.manager;
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

    /** What managers agree through; in memory unless set. Managers only. Closed with the node. */
    public Builder log(ReplicatedLog log) {
      this.log = requireNonNull(log, "log");
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
     * Starts the node and waits until it is part of the cluster.
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
      if (role == NodeRole.MANAGER && manager != null) {
        throw new UnimplementedException(
            "a second manager needs a replicated log; this version runs one manager per cluster");
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
