// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.api.ClusterListener;
import io.jswarm.api.Filter;
import io.jswarm.api.LogQuery;
import io.jswarm.api.LogReader;
import io.jswarm.api.Progress;
import io.jswarm.api.ServiceCounts;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.Kind;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The control API of a cluster, as each of its managers offers it. Every call returns at once with
 * a {@link Reply}: chain on it, or {@code await()} it. Objects are named by id, by name, or by an
 * id prefix that fits only one.
 *
 * <p>Writes are the leader's: a manager that does not lead sends them to the one that does, and
 * answers once it shows the result itself. Reads and watches are of this manager's own state, which
 * may lag behind the leader's by a moment, or for as long as the manager is cut off; see {@link
 * #barrier()}. While more than half of the managers cannot be reached nothing can be written: calls
 * fail with {@link UnavailableException} after about ten seconds, and what runs runs on.
 *
 * <p>Errors are {@link SwarmException}s: {@link InvalidSpecException} lists everything wrong with a
 * spec and nothing was changed; {@link NotFoundException} and {@link AlreadyExistsException} name
 * the object; {@link VersionConflictException} asks to read again; {@link
 * FailedPreconditionException} says what stands in the way; {@link IndeterminateResultException}
 * that leadership or a connection was lost on the way, so that the call may have taken effect or
 * not: it is never repeated for you. Thread-safe.
 */
public interface Swarm {
  /** Services. */
  Services services();

  /** Nodes. */
  Nodes nodes();

  /** Tasks; made and removed by the cluster alone. */
  Tasks tasks();

  /** Secrets. */
  Secrets secrets();

  /** Configs. */
  Configs configs();

  /** Networks. */
  Networks networks();

  /** The cluster object. */
  Reply<Cluster> inspectCluster();

  /** Replaces the cluster's settings, if it is still at {@code version}. */
  Reply<Cluster> updateCluster(long version, ClusterSpec spec);

  /**
   * The token with which nodes join in a role (S11.2); whoever has it gets in. Fails with {@link
   * FailedPreconditionException} for a cluster within one process, which has none.
   */
  Reply<String> joinToken(NodeRole role);

  /**
   * Replaces the token of a role; the old one lets nobody in any more. Nodes that joined with it
   * are not concerned (C11.3).
   */
  Reply<String> rotateJoinToken(NodeRole role);

  /**
   * The key without which no manager starts again, {@code SWMKEY-1-…}; nothing while managers are
   * not locked. They are locked, or opened again, by {@link ClusterSpec.Builder#autoLockManagers}.
   * Keep it somewhere else: without it, and with all managers down, the cluster is lost.
   */
  Reply<Optional<String>> unlockKey();

  /**
   * Replaces that key; nothing if managers are not locked. Managers follow within moments; one that
   * is down starts with the key it had when it went.
   */
  Reply<Optional<String>> rotateUnlockKey();

  /**
   * Begins to replace the cluster's root certificate by a new one (S11.5); a cluster has one when
   * its nodes are on several machines. All nodes get certificates of the new root, tasks and calls
   * do not notice, and then both join tokens change. Done when {@code rootCa().rotation()} of
   * {@link #inspectCluster} is null again; a node that is down holds it up until it is back or
   * removed. Asking again while it goes on begins with yet another root.
   */
  Reply<Cluster> rotateRoot();

  /**
   * Completes with a version of the state once this manager has it, such that it covers everything
   * that was acknowledged anywhere before the call: reads after it are linearizable.
   */
  Reply<Long> barrier();

  /**
   * Tells {@code listener} the present objects of {@code kinds} (all kinds when empty), then every
   * commit after that, without gap or repetition (S12.7). It is called on a thread of the node that
   * may block, one call at a time; one that falls far behind is ended with an error. Values of
   * secrets and private keys are left out.
   */
  Subscription watch(Set<Kind> kinds, ClusterListener listener);

  /** Something that goes on until it is closed. */
  @FunctionalInterface
  interface Subscription extends AutoCloseable {
    /** Ends it. Idempotent, any thread. */
    @Override
    void close();
  }

  /** Services (S12.5). */
  interface Services {
    /** Creates a service; a service may be accepted and wait for a node for ever. */
    Reply<Service> create(ServiceSpec spec);

    /** Services by id, name, label, mode. */
    Reply<List<Service>> list(Filter filter);

    /** One service. */
    Reply<Service> inspect(String idOrName);

    /** Replaces the spec, if the service is still at {@code version} (S1.5). */
    Reply<Service> update(String idOrName, long version, ServiceSpec spec);

    /**
     * Changes the spec by a pure function of the present one; no other change comes in between. The
     * function runs on the control loop, perhaps more than once, and must not block.
     */
    Reply<Service> update(String idOrName, UnaryOperator<ServiceSpec> change);

    /**
     * Returns to the previous spec; a second rollback returns from there (S1.5). The previous spec
     * has to fit what else there is now.
     */
    Reply<Service> rollback(String idOrName);

    /** Sets the number of replicas. */
    Reply<Service> scale(String idOrName, long replicas);

    /** Removes the service at once; its tasks are stopped after it (S12.5). */
    Reply<Service> remove(String idOrName);

    /** How many tasks should run, run and are complete (S12.3). */
    Reply<ServiceCounts> counts(String idOrName);

    /**
     * Output of a service's tasks; with {@code follow} also of tasks to come.
     *
     * @throws NotFoundException when there is no such service
     */
    LogReader logs(String idOrName, LogQuery query);

    /**
     * Completes once every replica runs the present spec, or has finished and is not to be run
     * again, and nothing else is on its way. Fails with {@link FailedPreconditionException} when an
     * update pauses or a task failed that is not to be run again, with {@link NotFoundException}
     * when the service is removed, and with {@link UnavailableException} when {@code timeout}
     * passes; says what is missing and why.
     */
    default Reply<Progress> awaitConverged(String idOrName, Duration timeout) {
      return awaitConverged(idOrName, timeout, progress -> {});
    }

    /** The same; {@code listener} hears of each change on the way, on the control loop. */
    Reply<Progress> awaitConverged(
        String idOrName, Duration timeout, Consumer<? super Progress> listener);
  }

  /** Nodes (S12.4). */
  interface Nodes {
    /** Nodes by id, name (host name), label (engine), node label, role, membership. */
    Reply<List<Node>> list(Filter filter);

    /** One node. */
    Reply<Node> inspect(String idOrName);

    /** Replaces labels, availability and desired role, if the node is still at {@code version}. */
    Reply<Node> update(String idOrName, long version, NodeSpec spec);

    /**
     * Changes the spec by a pure function of the present one; no other change comes in between. The
     * function runs on the control loop, perhaps more than once, and must not block.
     */
    Reply<Node> update(String idOrName, UnaryOperator<NodeSpec> change);

    /** Moves all tasks away and takes no new ones (S3.6). */
    Reply<Node> drain(String idOrName);

    /** Takes no new tasks (S3.6). */
    Reply<Node> pause(String idOrName);

    /** Takes tasks again. */
    Reply<Node> activate(String idOrName);

    /**
     * Makes a worker a manager: it gets the role, and takes part in the log a moment after this
     * returns. Its tasks run on (S11.4). Fails with {@link FailedPreconditionException} where there
     * can be one manager only.
     */
    Reply<Node> promote(String idOrName);

    /**
     * Makes a manager a worker, alive or dead: it is to agree no more and then loses its role, a
     * moment after this returns. It keeps its tasks. Fails with {@link FailedPreconditionException}
     * for the last manager, and when the managers that remain and can be reached would be fewer
     * than a quorum.
     */
    Reply<Node> demote(String idOrName);

    /**
     * Removes a worker: refused while it is READY unless {@code force} is set. Its tasks are
     * replaced. A manager has to be demoted first, even if it is dead (S12.4).
     */
    Reply<Node> remove(String idOrName, boolean force);
  }

  /** Tasks. */
  interface Tasks {
    /** Tasks by id, name, label, service, node, desired state. */
    Reply<List<Task>> list(Filter filter);

    /**
     * The next of those tasks in the order of their ids: a large cluster has more than one answer
     * should hold. Pages are of the state at their own time: a task that comes or goes meanwhile is
     * in one of them or not, any other in exactly one.
     *
     * @param after id of the last task of the page before; empty = the first page
     * @param limit 1 to 10 000; a page with fewer tasks is the last
     * @throws InvalidSpecException for another limit
     */
    Reply<List<Task>> page(Filter filter, String after, int limit);

    /** One task. */
    Reply<Task> inspect(String idOrName);
  }

  /** Secrets (S1.6). Values are never returned. */
  interface Secrets {
    /** Creates a secret. */
    Reply<Secret> create(SecretSpec spec);

    /** Secrets by id, name, label. */
    Reply<List<Secret>> list(Filter filter);

    /** One secret. */
    Reply<Secret> inspect(String idOrName);

    /** Changes labels; nothing else of a secret can change. */
    Reply<Secret> update(String idOrName, long version, SecretSpec spec);

    /** Removes a secret no service refers to. */
    Reply<Secret> remove(String idOrName);
  }

  /** Configs (S1.6). */
  interface Configs {
    /** Creates a config. */
    Reply<Config> create(ConfigSpec spec);

    /** Configs by id, name, label. */
    Reply<List<Config>> list(Filter filter);

    /** One config. */
    Reply<Config> inspect(String idOrName);

    /** Changes labels; nothing else of a config can change. */
    Reply<Config> update(String idOrName, long version, ConfigSpec spec);

    /** Removes a config no service refers to. */
    Reply<Config> remove(String idOrName);
  }

  /** Networks (S1.7). */
  interface Networks {
    /** Creates a network. */
    Reply<Network> create(NetworkSpec spec);

    /** Networks by id, name, label. */
    Reply<List<Network>> list(Filter filter);

    /** One network. */
    Reply<Network> inspect(String idOrName);

    /** Removes a network nothing uses. */
    Reply<Network> remove(String idOrName);
  }
}
