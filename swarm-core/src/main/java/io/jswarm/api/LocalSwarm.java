// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import com.google.common.util.concurrent.MoreExecutors;
import io.jswarm.FailedPreconditionException;
import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.control.ControlLoop;
import io.jswarm.dispatch.LogBroker;
import io.jswarm.loop.Environment;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Kind;
import io.jswarm.model.SpecValidation;
import io.jswarm.store.ReadView;
import io.jswarm.store.Watch;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The control API of a manager: reads its own store, writes through its control loop. Once closed,
 * every call fails, and so do those that were still open.
 */
public final class LocalSwarm implements Swarm, AutoCloseable {
  /** A watcher may lag this many commits before it is ended. */
  private static final int MAX_WATCH_LAG = 100_000;

  private final Calls calls;
  private final LocalServices services;
  private final LocalNodes nodes;
  private final LocalTasks tasks;
  private final LocalSecrets secrets;
  private final LocalConfigs configs;
  private final LocalNetworks networks;

  /** An API over this control loop. */
  public LocalSwarm(ControlLoop control, Environment environment, LogBroker logs) {
    this.calls = new Calls(control, environment);
    this.services = new LocalServices(calls, new ServiceLogs(logs, calls));
    this.nodes = new LocalNodes(calls);
    this.tasks = new LocalTasks(calls);
    this.secrets = new LocalSecrets(calls);
    this.configs = new LocalConfigs(calls);
    this.networks = new LocalNetworks(calls);
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
    return calls.read(view -> cluster(view).redacted());
  }

  private static Cluster cluster(ReadView view) {
    return view.cluster()
        .orElseThrow(
            () -> new FailedPreconditionException("the cluster has not been initialised yet"));
  }

  @Override
  public Reply<Cluster> updateCluster(long version, ClusterSpec spec) {
    return calls.checked(
        () -> SpecValidation.require(spec),
        tx -> {
          Cluster cluster = cluster(tx);
          return tx.update(cluster.withSpec(spec).withMeta(cluster.meta().withVersion(version)))
              .redacted();
        });
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
