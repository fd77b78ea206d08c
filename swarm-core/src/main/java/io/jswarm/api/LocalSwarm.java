// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import com.google.common.util.concurrent.MoreExecutors;
import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.control.ControlLoop;
import io.jswarm.dispatch.LogBroker;
import io.jswarm.loop.Environment;
import io.jswarm.membership.ManagerKeys;
import io.jswarm.membership.Managers;
import io.jswarm.membership.Membership;
import io.jswarm.membership.NewCluster;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Kind;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.store.Watch;
import io.jswarm.transport.Listener;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Transport;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The control API of a manager: reads its own store, has the leader write, be it this manager or
 * another. Once closed, every call fails, and so do those that were still open.
 */
public final class LocalSwarm implements Swarm, AutoCloseable {
  /** A watcher may lag this many commits before it is ended. */
  private static final int MAX_WATCH_LAG = 100_000;

  private final Leader local;
  private final Calls calls;
  private final LocalServices services;
  private final LocalNodes nodes;
  private final LocalTasks tasks;
  private final LocalSecrets secrets;
  private final LocalConfigs configs;
  private final LocalNetworks networks;

  /**
   * An API over a manager's control loop.
   *
   * @param managers who agree through the manager's log
   * @param self who the manager appears as to others
   */
  public LocalSwarm(
      ControlLoop control,
      Environment environment,
      LogBroker logs,
      Managers managers,
      Transport transport,
      PeerIdentity self) {
    Membership membership = new Membership(environment.ids());
    this.local = new Leader(control, environment.ids(), membership, managers);
    this.calls = new Calls(local, environment, new ControlClient(control.loop(), transport, self));
    this.services = new LocalServices(calls, new ServiceLogs(logs, calls));
    this.nodes = new LocalNodes(calls);
    this.tasks = new LocalTasks(calls);
    this.secrets = new LocalSecrets(calls);
    this.configs = new LocalConfigs(calls);
    this.networks = new LocalNetworks(calls);
  }

  /**
   * What other managers ask of this one goes to the listener: put it behind the manager's address
   * for {@link io.jswarm.transport.ChannelKind#CONTROL}.
   */
  public Listener listener() {
    return new ControlServer(local);
  }

  /**
   * Makes a node part of the cluster, and the cluster, if {@code cluster} says how it begins.
   *
   * @param status of a manager that has nobody to agree with
   */
  public Reply<Node> join(
      String nodeId, NodeSpec spec, @Nullable ManagerStatus status, @Nullable NewCluster cluster) {
    return calls.submit(new NodeWrites.Join(nodeId, spec, status, cluster));
  }

  /**
   * Makes this manager one that votes. Completes once it does.
   *
   * @param via addresses of managers of the cluster
   */
  public Reply<Node> joinManagers(ManagerGroup.Manager self, NodeSpec spec, List<String> via) {
    return calls.submit(new ManagerRequests.Add(self, spec), via);
  }

  @Override
  public Services services() {
    return services;
  }

  @Override
  public Nodes nodes() {
    return nodes;
  }

  @Override
  public Tasks tasks() {
    return tasks;
  }

  @Override
  public Secrets secrets() {
    return secrets;
  }

  @Override
  public Configs configs() {
    return configs;
  }

  @Override
  public Networks networks() {
    return networks;
  }

  @Override
  public Reply<Cluster> inspectCluster() {
    return calls.read(view -> ClusterWrites.cluster(view).redacted());
  }

  @Override
  public Reply<Cluster> updateCluster(long version, ClusterSpec spec) {
    return calls.submit(new ClusterWrites.Update(version, spec));
  }

  @Override
  public Reply<String> joinToken(NodeRole role) {
    return calls.read(view -> ClusterWrites.joinToken(ClusterWrites.cluster(view), role));
  }

  @Override
  public Reply<String> rotateJoinToken(NodeRole role) {
    return Reply.of(
        calls
            .submit(new ClusterWrites.RotateJoinToken(role))
            .thenApply(cluster -> ClusterWrites.joinToken(cluster, role)),
        calls.environment().awaiter());
  }

  @Override
  public Reply<Optional<String>> unlockKey() {
    return calls.read(view -> unlockKey(ClusterWrites.cluster(view)));
  }

  private static Optional<String> unlockKey(Cluster cluster) {
    return ManagerKeys.textOf(cluster);
  }

  @Override
  public Reply<Optional<String>> rotateUnlockKey() {
    return Reply.of(
        calls
            .submit(new ClusterWrites.RotateUnlockKey())
            .thenApply(written -> unlockKey(ClusterWrites.cluster(calls.view()))),
        calls.environment().awaiter());
  }

  @Override
  public Reply<Cluster> rotateRoot() {
    return calls.submit(new ClusterWrites.RotateRoot());
  }

  @Override
  public Reply<Long> barrier() {
    return calls.submit(new ManagerRequests.Barrier());
  }

  @Override
  public Subscription watch(Set<Kind> kinds, ClusterListener listener) {
    Set<Kind> wanted = kinds.isEmpty() ? Set.of(Kind.values()) : Set.copyOf(kinds);
    Executor executor = MoreExecutors.newSequentialExecutor(calls.environment().blocking());
    Watch watch =
        calls.control().store().watch(executor, MAX_WATCH_LAG, new Relay(wanted, listener));
    return watch::close;
  }

  @Override
  public void close() {
    calls.close();
  }
}
