// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static java.util.Objects.requireNonNull;

import com.google.common.net.HostAndPort;
import io.jswarm.loop.Environment;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.SpecValidation;
import io.jswarm.security.UnlockKey;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.store.Store;
import io.jswarm.transport.LocalNetwork;
import io.jswarm.transport.NetworkFaults;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private final RunningNode node;

  private SwarmNode(RunningNode node) {
    this.node = node;
  }

  /** Describes a node; see the setters for defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** The node's id; it is the same after a new start on the same data directory. */
  public String id() {
    return node.id();
  }

  /** True while the node is a manager; the cluster can promote and demote it. */
  public boolean isManager() {
    return node.manager() != null;
  }

  /**
   * The control API.
   *
   * @throws PermissionDeniedException on a worker
   */
  public Swarm swarm() {
    return node.requireManager().swarm();
  }

  /** What can go wrong between the nodes of this process; for tests. */
  NetworkFaults faults() {
    return network().faults();
  }

  /** What connects the nodes of this process, or of a simulated world; for tests. */
  LocalNetwork network() {
    return node.localNetworkOfProcess();
  }

  /** The manager's store; for tests. */
  Store store() {
    return node.requireManager().store();
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
  public void leave() {
    node.leave();
  }

  /**
   * Stops the node and its tasks, each within its grace period, and removes all traces of them. A
   * manager hands leadership on first; a cluster that keeps its state in memory ends with its
   * manager. Idempotent; never call it on a loop.
   */
  @Override
  public void close() {
    node.end(true);
  }

  /**
   * Stops the node and leaves its tasks running. A node started on the same data directory finds
   * them again; without a data directory nobody will.
   */
  public void detach() {
    node.end(false);
  }

  /**
   * Ends the node as the death of its process would: leadership is not handed over, nobody is told,
   * and its tasks run on as after {@link #detach()}. For trying out failures.
   */
  public void kill() {
    node.kill();
  }

  /** Describes a node. Not thread-safe; may be used once. */
  public static final class Builder {
    @Nullable RunningNode others;
    @Nullable HostAndPort listen;
    @Nullable HostAndPort advertise;
    @Nullable UnlockKey unlockKey;
    @Nullable String token;
    List<String> joinAddresses = List.of();
    @Nullable NodeRole role;
    @Nullable Environment environment;
    @Nullable TaskRuntime runtime;
    @Nullable PlacementEngine engine;
    @Nullable Path dataDir;
    @Nullable ReplicatedLog log;
    @Nullable ReplicatedLogFactory logs;
    @Nullable LocalNetwork network;
    ReplicatedLogFactory.Entry entry = ReplicatedLogFactory.Entry.BOOTSTRAP;
    boolean rejoins;
    ClusterSpec cluster = ClusterSpec.defaults();
    String name = "";
    boolean used;
    final NodeSpec.Builder spec = NodeSpec.worker().toBuilder();

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
      if (!manager.isManager()) {
        throw new IllegalArgumentException("node " + manager.id() + " is a worker; join a manager");
      }
      this.others = manager.node;
      if (entry == ReplicatedLogFactory.Entry.BOOTSTRAP) {
        entry = ReplicatedLogFactory.Entry.JOIN;
      }
      return this;
    }

    /**
     * Joins the cluster of a manager on another machine, as what the token says; {@link #asManager}
     * and {@link #asWorker} then only say what is expected. A node that is a member already, by its
     * data directory, goes on as the one it is, and needs no token.
     *
     * @param address {@code host:port} of a manager, any; the port is 2377 unless given
     * @param token from {@link Swarm#joinToken}
     */
    public Builder join(String address, String token) {
      return join(List.of(address), token);
    }

    /** The same with several addresses to try. */
    public Builder join(List<String> addresses, String token) {
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("name at least one manager to join");
      }
      joinAddresses =
          addresses.stream()
              .map(address -> NodeAddresses.parse("manager to join", address).toString())
              .toList();
      this.token = requireNonNull(token, "token");
      return this;
    }

    /**
     * Where the node listens while it is a manager. From then on it is one of several machines: it
     * shows and asks for certificates. Without this, and without {@link #join(String, String)}, it
     * shares its process with the cluster's other nodes.
     *
     * @param host address of one network interface, or {@code 0.0.0.0} together with {@link
     *     #advertise}
     * @param port 0 = one that is free; the same again after the next start
     */
    public Builder listen(String host, int port) {
      listen = HostAndPort.fromParts(requireNonNull(host, "host"), port);
      return this;
    }

    /**
     * Where others reach the node, if that is another address than it listens at.
     *
     * @param address {@code host} or {@code host:port}
     */
    public Builder advertise(String address) {
      try {
        advertise = HostAndPort.fromString(address);
      } catch (IllegalArgumentException e) {
        throw new InvalidSpecException("advertised", "address", "'" + address + "' is no host");
      }
      return this;
    }

    /** Opens the keys of a manager that is locked (S11); {@code SWMKEY-1-…}. */
    public Builder unlockKey(String key) {
      unlockKey = UnlockKey.parse(key);
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
      boolean networked = isNetworked();
      if (role == null && !networked) {
        throw new IllegalStateException("say asManager() or asWorker()");
      }
      if (networked && others != null) {
        throw new IllegalStateException(
            "a node shares a process with its cluster, or joins it by address and token, not both");
      }
      if (role == NodeRole.WORKER && others == null && !networked) {
        throw new IllegalStateException("a worker joins a cluster: call join(manager)");
      }
      if ((others != null || token != null)
          && entry == ReplicatedLogFactory.Entry.FORCE_NEW_CLUSTER) {
        throw new IllegalStateException("a node joins a cluster or is its only manager, not both");
      }
      if (rejoins && others == null && !networked) {
        throw new IllegalStateException("say which managers to rejoin: call join(manager)");
      }
      if (used) {
        throw new IllegalStateException("this builder has started a node; use one for each node");
      }
      SpecValidation.require(spec(role == null ? NodeRole.WORKER : role));
      SpecValidation.require(cluster);
      used = true;
      return new SwarmNode(RunningNode.start(this));
    }

    /** Whether the node is one of several machines. */
    boolean isNetworked() {
      return listen != null
          || token != null
          || (dataDir != null && Files.exists(dataDir.resolve(NewNode.CERTIFICATES)));
    }

    NewNode newNode() {
      return new NewNode(
          token,
          role,
          spec(role == null ? NodeRole.WORKER : role),
          cluster.ca().nodeCertExpiry(),
          entry == ReplicatedLogFactory.Entry.FORCE_NEW_CLUSTER);
    }

    NodeSpec spec(NodeRole desired) {
      return spec.desiredRole(desired).build();
    }

    @Nullable ReplicatedLogFactory logs() {
      if (logs != null) {
        return logs;
      }
      return ServiceLoader.load(ReplicatedLogFactory.class).findFirst().orElse(null);
    }

    PlacementEngine engine() {
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
