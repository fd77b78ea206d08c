// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.api.LocalSwarm;
import io.jswarm.control.ControlLoop;
import io.jswarm.dispatch.Dispatcher;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.Membership;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.orchestration.LeaderComponents;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.Tx;
import io.jswarm.store.Watch;
import io.jswarm.store.WatchListener;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.LocalNetwork;
import io.jswarm.transport.Transport;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The manager's side of a node: store, log, control loop, API, and the address agents connect to.
 */
final class Manager implements Closeable {
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Environment environment;
  private final LocalNetwork network;
  private final String address;
  private final EventLoop loop;
  private final ControlLoop control;
  private final Membership membership;
  private final LocalSwarm swarm;
  private final Transport.Registration registration;

  /**
   * @param loop the control loop; closed by whoever made it, after the manager
   */
  Manager(
      Environment environment,
      EventLoop loop,
      String nodeId,
      PlacementEngine engine,
      ReplicatedLog log) {
    this.environment = environment;
    this.network = new LocalNetwork(environment);
    this.address = "manager-" + nodeId;
    this.loop = loop;
    Store store = new Store();
    Dispatcher dispatcher = new Dispatcher(environment, loop, store, nodeId);
    this.control =
        new ControlLoop(
            loop,
            store,
            log,
            LeaderComponents.create(loop, environment.ids(), engine, dispatcher),
            environment.simulated());
    this.membership = new Membership(environment.ids());
    this.swarm = new LocalSwarm(control, environment, dispatcher.logs());
    this.registration = network.listen(address, ChannelKind.DISPATCHER, loop, dispatcher);
  }

  Environment environment() {
    return environment;
  }

  LocalNetwork network() {
    return network;
  }

  String address() {
    return address;
  }

  Store store() {
    return control.store();
  }

  Swarm swarm() {
    return swarm;
  }

  /** Makes this manager's cluster, and the manager its first node. */
  void initialise(String nodeId, ClusterSpec cluster, NodeSpec node) {
    write(
        tx -> {
          membership.initialise(tx, cluster);
          return membership.join(tx, nodeId, node, address);
        });
  }

  /** Makes a worker part of the cluster. */
  void join(String nodeId, NodeSpec node) {
    write(tx -> membership.join(tx, nodeId, node, ""));
  }

  private void write(Function<Tx, Node> body) {
    Reply.of(control.write(body), environment.awaiter()).await();
  }

  /**
   * Waits until the node is READY.
   *
   * @throws IndeterminateResultException when it is not after {@code timeout}
   */
  void awaitReady(String nodeId, Duration timeout) {
    CompletableFuture<Node> ready = new CompletableFuture<>();
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

          private void look(ReadView state) {
            state
                .node(nodeId)
                .filter(node -> node.status().state() == NodeState.READY)
                .ifPresent(ready::complete);
          }
        };
    Watch watch = control.store().watch(loop, Integer.MAX_VALUE, listener);
    try {
      Reply.of(ready, environment.awaiter()).await(timeout);
    } finally {
      watch.close();
    }
  }

  /** Ends the cluster: whoever still waits for an answer is told. Not on the control loop. */
  @Override
  public void close() {
    registration.close();
    CompletableFuture<Boolean> stopped = new CompletableFuture<>();
    loop.execute(
        () -> {
          control.close();
          swarm.close();
          stopped.complete(true);
        });
    Reply.of(stopped, environment.awaiter()).await(STOP);
  }
}
