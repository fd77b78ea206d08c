// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static java.util.Objects.requireNonNull;

import io.jswarm.agent.Agent;
import io.jswarm.agent.TaskDatabase;
import io.jswarm.loop.Environment;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.Store;
import io.jswarm.transport.LocalNetwork;
import io.jswarm.transport.NetworkFaults;
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

  private final String id;
  private final Environment environment;
  private final boolean ownsEnvironment;
  private final Manager manager;
  private final boolean isManager;
  private final TaskRuntime runtime;
  private final Agent agent;
  private final NodeDirectory directory;
  private boolean closed;

  private SwarmNode(Builder from) {
    this.isManager = from.manager == null;
    Manager joined = from.manager;
    this.ownsEnvironment =
        from.environment == null && (joined == null || !joined.environment().simulated());
    this.environment = environmentOf(from);
    this.directory = NodeDirectory.open(from.dataDir);
    this.id = directory.identity(environment.ids());
    this.runtime = from.runtime != null ? from.runtime : processRuntime(from.name);
    this.manager = joined != null ? joined : manage(from);
    this.agent = agent(from);
  }

  private static Environment environmentOf(Builder from) {
    if (from.environment != null) {
      return from.environment;
    }
    return from.manager != null && from.manager.environment().simulated()
        ? from.manager.environment()
        : Environment.system();
  }

  private TaskRuntime processRuntime(String name) {
    throw new FailedPreconditionException("name a runtime with runtime(…) for node " + name);
  }

  private Manager manage(Builder from) {
    Manager created =
        new Manager(environment, new LocalNetwork(environment), id, from.engine(), from.log);
    created.initialise(id, from.cluster, from.spec(NodeRole.MANAGER));
    return created;
  }

  private Agent agent(Builder from) {
    if (!isManager) {
      manager.join(id, from.spec(NodeRole.WORKER));
    }
    Agent.Builder builder =
        Agent.builder(id, environment, manager.network(), runtime)
            .manager(manager.address())
            .role(isManager ? NodeRole.MANAGER : NodeRole.WORKER);
    if (from.dataDir != null) {
      builder.database(TaskDatabase.inDirectory(directory.path("agent"), environment.blocking()));
    }
    return builder.build();
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

  private SwarmNode start() {
    agent.start();
    try {
      manager.ready(id).await(READY);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    return this;
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
    try {
      Reply.of(stopTasks ? agent.shutdown() : agent.close(), environment.awaiter()).await(STOP);
    } finally {
      runtime.close();
      if (isManager) {
        manager.close();
      }
      if (ownsEnvironment) {
        environment.close();
      }
      if (stopTasks) {
        directory.close();
      }
    }
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

    /** What runs the tasks; operating-system processes unless set. Closed with the node. */
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
     * @throws FailedPreconditionException when something it needs is missing; says what
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
      return new SwarmNode(this).start();
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
            "there is no placement engine on the class path; add io.jswarm:swarm-scheduler, or name one with placement(…)");
      }
      return found.next();
    }
  }
}
