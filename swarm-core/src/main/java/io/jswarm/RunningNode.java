// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static java.util.Objects.requireNonNull;

import com.google.common.io.Closer;
import io.jswarm.agent.Agent;
import io.jswarm.agent.TaskDatabase;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.NewCluster;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.Payload;
import io.jswarm.runtime.ProcessRuntime;
import io.jswarm.security.IdentityFiles;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory;
import io.jswarm.spi.ReplicatedLogFactory.Entry;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.spi.UntrustedLogException;
import io.jswarm.store.MemoryLog;
import io.jswarm.transport.LocalNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What a node consists of, from its start to its end: directory, network, runtime, manager, agent.
 * Opened in that order and closed in the opposite one.
 */
final class RunningNode {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofMinutes(5);

  /** Where a manager's log is, within the data directory. */
  private static final String LOG = "raft";

  /** Where an agent remembers its tasks. */
  private static final String AGENT = "agent";

  private final SwarmNode.Builder from;

  /** Closes what was opened, the last first. */
  private final Closer opened;

  private final Environment environment;
  private final NodeDirectory directory;
  private final NodeNetwork network;
  private final EventLoop loop;
  private final ManagerRole managerRole;
  private final Agent agent;
  private final CompletableFuture<Boolean> session = new CompletableFuture<>();
  private boolean stopsTasks;
  private boolean left;
  private boolean closed;

  private RunningNode(SwarmNode.Builder from, Closer opened) {
    this.from = from;
    this.opened = opened;
    directory = opened.register(NodeDirectory.open(from.dataDir));
    environment = environment();
    network = opened.register(network());
    TaskRuntime runtime = runtime();
    opened.register(runtime::close);
    requireAvailable(runtime);
    loop = environment.loops().create("agent-" + id());
    opened.register(loop::close);
    Manager manager = network.role() == NodeRole.MANAGER ? firstManager() : null;
    managerRole =
        new ManagerRole(network, environment, loop, manager, this::promoted, this::forgetLog);
    opened.register(() -> await(managerRole.close()));
    boolean waits = manager == null ? join() : begin(manager);
    agent = agent(runtime);
    opened.register(() -> await(stopsTasks ? agent.shutdown() : agent.close()));
    managerRole.onIdentity(agent::identityChanged);
    network.onRenewal(agent::identityChanged);
    agent.start();
    if (waits) {
      awaitReady();
    }
  }

  static RunningNode start(SwarmNode.Builder from) {
    Closer opened = Closer.create();
    try {
      return new RunningNode(from, opened);
    } catch (RuntimeException | Error e) {
      try {
        opened.close();
      } catch (IOException | RuntimeException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private Environment environment() {
    if (from.environment != null) {
      return from.environment;
    }
    if (from.others != null && from.others.environment.simulated()) {
      return from.others.environment;
    }
    Environment system = Environment.system();
    opened.register(system::close);
    return system;
  }

  private NodeNetwork network() {
    if (from.isNetworked()) {
      return GrpcNodeNetwork.open(
          environment,
          IdentityFiles.in(directory.path(NewNode.CERTIFICATES), from.unlockKey),
          new NodeAddresses(directory, from.listen, from.advertise, from.joinAddresses),
          from.newNode());
    }
    String nodeId = directory.identity(environment.ids());
    NodeRole role = requireNonNull(from.role);
    List<String> managers = from.others == null ? List.of() : from.others.managerAddresses();
    return new LocalNodeNetwork(localNetwork(), nodeId, role, managers);
  }

  private LocalNetwork localNetwork() {
    if (from.network != null) {
      return from.network;
    } else if (from.others != null) {
      return from.others.localNetworkOfProcess();
    }
    return environment.simulated() ? new LocalNetwork(environment) : LocalNetwork.ofProcess();
  }

  private TaskRuntime runtime() {
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

  private Manager firstManager() {
    if (from.rejoins) {
      directory.moveAside(LOG);
    }
    PlacementEngine engine = from.engine();
    network.open();
    try {
      return Manager.open(environment, network, engine, log(entry()));
    } catch (UntrustedLogException e) {
      throw new FailedPreconditionException(
          "the log of this manager cannot be trusted, so it takes no part: "
              + e.getMessage()
              + ". Start it with join(…) and rejoin(): it gets the state from the other managers,"
              + " and what it has here is kept for examination",
          e);
    }
  }

  private Entry entry() {
    boolean joins = from.isNetworked() && network.newCluster(from.cluster).isEmpty();
    return joins && from.entry == Entry.BOOTSTRAP ? Entry.JOIN : from.entry;
  }

  /** A worker that has become a manager. */
  private Manager promoted() {
    Manager manager = Manager.open(environment, network, from.engine(), log(Entry.JOIN));
    try {
      manager.joinManagers(from.spec(NodeRole.MANAGER), others());
      return manager;
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  /** Where other managers are. */
  private List<String> others() {
    List<String> others = new ArrayList<>(network.managers());
    others.remove(network.address());
    return others;
  }

  private ReplicatedLog log(Entry entry) {
    if (from.log != null) {
      return from.log;
    }
    ReplicatedLogFactory factory = from.logs();
    if (factory == null) {
      if (entry != Entry.BOOTSTRAP) {
        throw new FailedPreconditionException(
            "a cluster of several managers needs a log they agree through; add"
                + " io.jswarm:swarm-raft, or name one with log(…)");
      }
      return MemoryLog.create();
    }
    return factory.create(
        new ReplicatedLogFactory.Settings(
            id(),
            network.address(),
            directory.path(LOG),
            environment,
            network.transport(),
            entry,
            from.unlockKey == null ? null : new SecretKeySpec(from.unlockKey.bytes(), "AES")));
  }

  private void forgetLog() {
    directory.delete(LOG);
  }

  /**
   * Takes its part among the managers.
   *
   * @return whether that, and what follows, can be waited for: one of several managers that starts
   *     anew may need others to start before anything can be agreed
   */
  private boolean begin(Manager manager) {
    NodeSpec spec = from.spec(NodeRole.MANAGER);
    Optional<NewCluster> newCluster = network.newCluster(from.cluster);
    if (from.others != null
        || (from.isNetworked() && newCluster.isEmpty() && !manager.takesPart())) {
      manager.joinManagers(spec, others());
    } else if (manager.hasOthers()) {
      return false;
    } else if (newCluster.isPresent()) {
      manager.initialise(newCluster.get(), spec);
      network.begun();
    }
    return true;
  }

  private boolean join() {
    if (from.isNetworked()) {
      return true; // it has a certificate, so it is a member
    }
    requireNonNull(from.others).requireManager().join(id(), from.spec(NodeRole.WORKER));
    return true;
  }

  private Agent agent(TaskRuntime runtime) {
    Agent.Builder builder =
        Agent.builder(id(), environment, network.transport(), runtime)
            .role(network.role())
            .loop(loop)
            .tlsInfo(network::tlsInfo)
            .onManagers(network::managers)
            .onRoots(this::onRoots)
            .onNode(this::onNode);
    network.managers().forEach(builder::manager);
    if (from.dataDir != null) {
      builder.database(TaskDatabase.inDirectory(directory.path(AGENT), environment.blocking()));
    }
    return builder.build();
  }

  private void onNode(Node node) {
    session.complete(true);
    managerRole.follow(node);
  }

  private void onRoots(Payload roots) {
    environment
        .blocking()
        .execute(
            () -> {
              if (network.roots(roots)) {
                agent.identityChanged(network.role());
              }
            });
  }

  private void awaitReady() {
    try {
      Reply.of(session, environment.awaiter()).await(READY);
      Manager manager = managerRole.manager();
      if (manager != null) {
        manager.awaitReady(id(), READY);
      } else if (from.others != null) {
        from.others.requireManager().awaitReady(id(), READY);
      }
    } catch (IndeterminateResultException e) {
      throw new UnavailableException("node " + id() + " is not ready after " + READY, e);
    }
  }

  String id() {
    return network.nodeId();
  }

  @Nullable Manager manager() {
    return managerRole.manager();
  }

  Manager requireManager() {
    Manager manager = managerRole.manager();
    if (manager == null) {
      throw new PermissionDeniedException(
          "node " + id() + " is a worker; use the control API of a manager");
    }
    return manager;
  }

  private List<String> managerAddresses() {
    return requireManager().addresses();
  }

  LocalNetwork localNetworkOfProcess() {
    if (network instanceof LocalNodeNetwork local) {
      return local.transport();
    }
    throw new FailedPreconditionException(
        "node "
            + id()
            + " is reached over the network; join it with its address and a token, as from"
            + " another machine");
  }

  /** Leaves the cluster for good. */
  synchronized void leave() {
    if (closed) {
      throw new IllegalStateException("node " + id() + " is closed");
    }
    Manager manager = managerRole.manager();
    if (manager != null) {
      manager.swarm().nodes().demote(id()).await();
      await(managerRole.gone());
    }
    left = true;
    end(true);
  }

  void kill() {
    managerRole.abort();
    end(false);
  }

  synchronized void end(boolean stopTasks) {
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
      directory.forget(network.files());
    }
    try {
      opened.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void await(CompletionStage<Void> stage) {
    Reply.of(stage, environment.awaiter()).await(STOP);
  }
}
