// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.api.LocalSwarm;
import io.jswarm.control.ControlLoop;
import io.jswarm.dispatch.Dispatcher;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.CertificateServer;
import io.jswarm.membership.ManagerRoster;
import io.jswarm.membership.Managers;
import io.jswarm.membership.NewCluster;
import io.jswarm.membership.RootRotator;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.Reachability;
import io.jswarm.orchestration.LeaderComponents;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.Watch;
import io.jswarm.store.WatchListener;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Transport;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * The manager's side of a node: store, log, control loop, API, and the address that agents and
 * other managers connect to.
 */
final class Manager implements Closeable {
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Environment environment;
  private final NodeNetwork network;
  private final String nodeId;
  private final EventLoop loop;
  private final ReplicatedLog log;
  private final ControlLoop control;
  private final LocalSwarm swarm;
  private final ManagerLock lock;
  private final List<Transport.Registration> registrations = new ArrayList<>();

  /**
   * Starts the log, which the manager owns from now on.
   *
   * @throws io.jswarm.spi.UntrustedLogException when the log cannot be trusted
   */
  static Manager open(
      Environment environment, NodeNetwork network, PlacementEngine engine, ReplicatedLog log) {
    EventLoop loop = environment.loops().create("control-" + network.nodeId());
    try {
      return new Manager(environment, network, loop, engine, log);
    } catch (RuntimeException | Error e) {
      log.close();
      loop.close();
      throw e;
    }
  }

  private Manager(
      Environment environment,
      NodeNetwork network,
      EventLoop loop,
      PlacementEngine engine,
      ReplicatedLog log) {
    this.environment = environment;
    this.network = network;
    this.nodeId = network.nodeId();
    this.loop = loop;
    this.log = log;
    Transport transport = network.transport();
    Store store = new Store();
    Managers managers = new Managers(log);
    Dispatcher dispatcher = new Dispatcher(environment, loop, store, nodeId);
    this.control =
        new ControlLoop(
            loop,
            store,
            log,
            LeaderComponents.create(
                loop,
                environment.ids(),
                engine,
                new ManagerRoster(loop, store, managers),
                new RootRotator(loop),
                dispatcher),
            environment.simulated());
    dispatcher.redirectTo(control::leader);
    this.swarm =
        new LocalSwarm(
            control,
            environment,
            dispatcher.logs(),
            managers,
            transport,
            new PeerIdentity(nodeId, NodeRole.MANAGER));
    registrations.add(transport.listen(address(), ChannelKind.DISPATCHER, loop, dispatcher));
    registrations.add(transport.listen(address(), ChannelKind.CONTROL, loop, swarm.listener()));
    registrations.add(
        transport.listen(
            address(),
            ChannelKind.ENROLMENT,
            loop,
            new CertificateServer(control, environment, this::addresses)));
    network.guard(this);
    this.lock = new ManagerLock(environment, loop, store, log, network);
  }

  Environment environment() {
    return environment;
  }

  NodeNetwork network() {
    return network;
  }

  String address() {
    return network.address();
  }

  /** Where all managers are, as far as this one knows; at least its own address. */
  List<String> addresses() {
    List<String> addresses = new ArrayList<>(List.of(address()));
    for (Node node : store().view().nodes()) {
      ManagerStatus status = node.managerStatus();
      if (status != null && !addresses.contains(status.addr())) {
        addresses.add(status.addr());
      }
    }
    return addresses;
  }

  EventLoop loop() {
    return loop;
  }

  Store store() {
    return control.store();
  }

  Swarm swarm() {
    return swarm;
  }

  /** Whether it was part of a cluster of several managers when it started. */
  boolean hasOthers() {
    return log.group().map(group -> group.members().size() > 1).orElse(false);
  }

  /** Whether the log knows it as one of its managers. */
  boolean takesPart() {
    return log.group()
        .map(
            group ->
                group.members().stream()
                    .anyMatch(member -> member.manager().nodeId().equals(nodeId)))
        .orElse(true);
  }

  /** Why it takes part no more. */
  Optional<SwarmException> stopped() {
    return control.stopped();
  }

  /** Makes this manager's cluster, unless it is there, and the manager one of its nodes. */
  void initialise(NewCluster cluster, NodeSpec node) {
    ManagerStatus alone = new ManagerStatus("1", address(), true, Reachability.REACHABLE);
    swarm.join(nodeId, node, log.group().isPresent() ? null : alone, cluster).await();
  }

  /** Makes this manager one of those at the addresses; it votes when this returns. */
  void joinManagers(NodeSpec node, List<String> addresses) {
    ManagerGroup.Manager self =
        log.group()
            .orElseThrow(
                () ->
                    new FailedPreconditionException(
                        "the log of this node is of one manager only; a manager that joins others"
                            + " needs io.jswarm:swarm-raft on the class path"))
            .self();
    swarm.joinManagers(self, node, addresses).await();
  }

  /** Makes a worker part of the cluster. */
  void join(String workerId, NodeSpec node) {
    swarm.join(workerId, node, null, null).await();
  }

  /**
   * Waits until the node is READY.
   *
   * @throws IndeterminateResultException when it is not after {@code timeout}
   */
  void awaitReady(String id, Duration timeout) {
    await(
        state ->
            state.node(id).filter(node -> node.status().state() == NodeState.READY).isPresent(),
        timeout);
  }

  private void await(Predicate<ReadView> condition, Duration timeout) {
    CompletableFuture<Boolean> holds = new CompletableFuture<>();
    WatchListener listener =
        new WatchListener() {
          @Override
          public void onStart(ReadView state) {
            look(state);
          }

          @Override
          public void onCommit(Commit commit, ReadView state) {
            look(state);
          }

          @Override
          public boolean onRestore(ReadView state) {
            look(state);
            return true;
          }

          private void look(ReadView state) {
            if (condition.test(state)) {
              holds.complete(true);
            }
          }
        };
    Watch watch = control.store().watch(loop, Integer.MAX_VALUE, listener);
    try {
      Reply.of(holds, environment.awaiter()).await(timeout);
    } finally {
      watch.close();
    }
  }

  /**
   * Hands leadership on and ends; whoever still waits for an answer is told that there is none. Not
   * on the control loop.
   */
  @Override
  public void close() {
    lock.close();
    registrations.forEach(Transport.Registration::close);
    CompletableFuture<Boolean> stopped = new CompletableFuture<>();
    loop.execute(
        () -> {
          control.close();
          swarm.close();
          stopped.complete(true);
        });
    Reply.of(stopped, environment.awaiter()).await(STOP);
    log.close();
    loop.close();
  }

  /** Ends its part in the log without a word. */
  void abort() {
    log.abort();
  }
}
