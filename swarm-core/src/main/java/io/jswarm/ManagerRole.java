// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import com.google.common.util.concurrent.MoreExecutors;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's part as a manager, while it has one. Follows the role the cluster gives the node
 * (S11.4): gets a certificate for it, then starts or ends the manager; tasks do not notice. What
 * does not work yet is tried again.
 */
final class ManagerRole {
  private static final Logger LOG = LoggerFactory.getLogger(ManagerRole.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final NodeNetwork network;
  private final EventLoop loop;
  private final Executor steps;
  private final Opener opener;
  private final Runnable forget;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private volatile @Nullable Manager manager;
  private volatile @Nullable Node latest;
  private volatile Consumer<NodeRole> onIdentity = role -> {};
  private volatile boolean closed;

  /** Makes the manager of a node that was promoted; it takes part when this returns. */
  @FunctionalInterface
  interface Opener {
    /** Blocks. */
    Manager open();
  }

  /**
   * A node's part.
   *
   * @param loop runs timers
   * @param forget removes what a manager leaves on disk, after it ended for good
   */
  ManagerRole(
      NodeNetwork network,
      Environment environment,
      EventLoop loop,
      @Nullable Manager manager,
      Opener opener,
      Runnable forget) {
    this.network = network;
    this.loop = loop;
    this.manager = manager;
    this.opener = opener;
    this.forget = forget;
    this.steps = MoreExecutors.newSequentialExecutor(environment.blocking());
  }

  /** Tells who shows the node's certificate that there is another. */
  void onIdentity(Consumer<NodeRole> onIdentity) {
    this.onIdentity = onIdentity;
  }

  /** The manager, if the node is one now. */
  @Nullable Manager manager() {
    return manager;
  }

  /** Completes when the node is a manager no more. */
  CompletableFuture<Void> gone() {
    return gone;
  }

  /** The cluster sees the node like this. Any thread. */
  void follow(Node node) {
    latest = node;
    if (!network.isCurrent(node) || (network.role() == NodeRole.MANAGER) != (manager != null)) {
      steps.execute(this::act);
    }
  }

  private void act() {
    Node node = latest;
    if (node == null || closed) {
      return;
    }
    try {
      if (network.renew(node)) {
        onIdentity.accept(network.role());
      }
      if (network.role() == NodeRole.MANAGER && manager == null) {
        network.open();
        manager = opener.open();
        LOG.info("node {} is a manager now", node.id());
      } else if (network.role() == NodeRole.WORKER && manager != null) {
        end();
        forget.run();
        network.lock(Optional.empty()); // only managers are locked
        LOG.info("node {} is a worker now", node.id());
        gone.complete(null);
      }
    } catch (SwarmException e) {
      LOG.warn("node {} cannot follow its role yet: {}", node.id(), e.getMessage());
      loop.schedule(RETRY, () -> steps.execute(this::act));
    }
  }

  private void end() {
    Manager ending = manager;
    manager = null;
    if (ending != null) {
      ending.close();
      network.shut();
    }
  }

  /** Ends the manager without a word. */
  void abort() {
    Manager ending = manager;
    if (ending != null) {
      ending.abort();
    }
  }

  /** Ends the manager, and follows no more; completes when that is done. Any thread. */
  CompletableFuture<Void> close() {
    closed = true;
    CompletableFuture<Void> done = new CompletableFuture<>();
    steps.execute(
        () -> {
          try {
            end();
            done.complete(null);
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
