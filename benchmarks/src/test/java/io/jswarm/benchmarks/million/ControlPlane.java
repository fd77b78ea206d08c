// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import io.jswarm.api.LocalSwarm;
import io.jswarm.control.ControlLoop;
import io.jswarm.dispatch.Dispatcher;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.Managers;
import io.jswarm.membership.NewCluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.orchestration.LeaderComponents;
import io.jswarm.scheduler.SpreadPlacementEngine;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Store;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.LocalNetwork;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Transport;
import java.util.List;

/**
 * What a manager node runs, without the node around it: loop, store, components, dispatcher, API.
 */
final class ControlPlane implements AutoCloseable {
  static final String ADDRESS = "manager";

  private final EventLoop loop;
  private final Store store = new Store();
  private final ReplicatedLog log;
  private final ControlLoop control;
  private final LocalSwarm swarm;
  private final Transport.Registration listening;

  ControlPlane(Environment world, LocalNetwork network, String nodeId, ReplicatedLog log) {
    this.loop = world.loops().create("control");
    this.log = log;
    Dispatcher dispatcher = new Dispatcher(world, loop, store, nodeId);
    this.control =
        new ControlLoop(
            loop,
            store,
            log,
            LeaderComponents.create(loop, world.ids(), new SpreadPlacementEngine(), dispatcher),
            false);
    this.swarm =
        new LocalSwarm(
            control,
            world,
            dispatcher.logs(),
            new Managers(log),
            network,
            new PeerIdentity(nodeId, NodeRole.MANAGER));
    this.listening = network.listen(ADDRESS, ChannelKind.DISPATCHER, loop, dispatcher);
  }

  LocalSwarm swarm() {
    return swarm;
  }

  Store store() {
    return store;
  }

  /** Makes the cluster and its workers, which do not run yet. */
  void initialise(List<String> workers) {
    NewCluster cluster = NewCluster.local(ClusterSpec.defaults());
    for (String worker : workers) {
      var unused = swarm.join(worker, NodeSpec.worker(), null, cluster);
    }
    swarm.barrier().await();
  }

  @Override
  public void close() {
    listening.close();
    loop.execute(
        () -> {
          control.close();
          swarm.close();
        });
    loop.close();
    log.close();
  }
}
