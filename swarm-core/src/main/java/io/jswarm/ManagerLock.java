// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import com.google.common.util.concurrent.MoreExecutors;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.ManagerKeys;
import io.jswarm.security.UnlockKey;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.Watch;
import io.jswarm.store.WatchListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a manager has on disk locked as the cluster wants it (S11): the log's data keys, and
 * the node's private key. What fails is tried again.
 */
final class ManagerLock implements WatchListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ManagerLock.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Environment environment;
  private final EventLoop loop;
  private final ReplicatedLog log;
  private final NodeNetwork network;
  private final Executor steps;
  private final Watch watch;

  /** What the files are locked with, as far as is known; on the loop. */
  private String present;

  private volatile boolean closed;

  ManagerLock(
      Environment environment,
      EventLoop loop,
      Store store,
      ReplicatedLog log,
      NodeNetwork network) {
    this.environment = environment;
    this.loop = loop;
    this.log = log;
    this.network = network;
    this.steps = MoreExecutors.newSequentialExecutor(environment.blocking());
    this.present = network.unlockKey().map(UnlockKey::text).orElse("");
    this.watch = store.watch(loop, Integer.MAX_VALUE, this);
  }

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
    if (state.cluster().isEmpty()) {
      return; // it has not caught up yet
    }
    Optional<UnlockKey> wanted = ManagerKeys.of(state.cluster().get());
    String text = wanted.map(UnlockKey::text).orElse("");
    if (!text.equals(present)) {
      present = text;
      steps.execute(() -> lock(wanted));
    }
  }

  private void lock(Optional<UnlockKey> key) {
    if (closed) {
      return;
    }
    try {
      var secret = key.map(each -> new SecretKeySpec(each.bytes(), "AES")).orElse(null);
      Reply.of(log.lock(secret), environment.awaiter()).await(PATIENCE);
      network.lock(key);
      LOG.info("this manager's keys are {}", key.isPresent() ? "locked" : "not locked");
    } catch (SwarmException e) {
      LOG.warn("this manager's keys cannot be locked anew yet: {}", e.getMessage());
      loop.schedule(RETRY, () -> steps.execute(() -> lock(key)));
    }
  }

  @Override
  public void close() {
    closed = true;
    watch.close();
  }
}
