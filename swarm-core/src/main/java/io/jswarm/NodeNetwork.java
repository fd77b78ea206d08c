// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.membership.NewCluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeDescription.TlsInfo;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.security.UnlockKey;
import io.jswarm.transport.Transport;
import java.io.Closeable;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a node reaches the others, where they reach it, and who it can show to be. Any thread. */
interface NodeNetwork extends Closeable {
  /** What carries the node's messages. */
  Transport transport();

  /** The node's id. */
  String nodeId();

  /** The role the node appears in. */
  NodeRole role();

  /** Where others reach this node while it is a manager. */
  String address();

  /** Addresses of managers to begin with, and those learnt since; never empty. */
  List<String> managers();

  /** Managers said that these are all of them. */
  default void managers(List<String> addresses) {}

  /**
   * Managers said which roots to trust, PEM. Blocks.
   *
   * @return whether that is news
   */
  default boolean roots(Payload roots) {
    return false;
  }

  /** Sets who hears, on some thread, that the node got another certificate by itself. */
  default void onRenewal(Consumer<NodeRole> listener) {}

  /** The certificates the node holds, for its description. */
  default @Nullable TlsInfo tlsInfo() {
    return null;
  }

  /** How the cluster begins, if this node is to begin it; else nothing. */
  Optional<NewCluster> newCluster(ClusterSpec spec);

  /** The cluster that {@link #newCluster} told of is there. */
  default void begun() {}

  /**
   * Others may connect from now on. Blocks.
   *
   * @throws FailedPreconditionException when the address cannot be listened at
   */
  default void open() {}

  /** Whom the manager knows, so that those it removed or demoted can be told apart. */
  default void guard(Manager manager) {}

  /** What the node's key on disk is locked with, if it is. */
  default Optional<UnlockKey> unlockKey() {
    return Optional.empty();
  }

  /** Locks the node's key on disk with another one, or with none. Blocks. */
  default void lock(Optional<UnlockKey> key) {}

  /** Nobody may connect any more. */
  default void shut() {}

  /** Whether the node appears as the cluster sees it now, so that there is nothing to renew. */
  boolean isCurrent(Node node);

  /**
   * Gets what it takes to appear as the cluster sees the node now. Blocks.
   *
   * @return whether something changed
   * @throws SwarmException when that is not to be had yet
   */
  boolean renew(Node node);

  /** What made the node a member is removed from its disk once it is closed. */
  default List<String> files() {
    return List.of();
  }

  @Override
  void close();
}
