// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import com.google.common.util.concurrent.MoreExecutors;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import io.jswarm.security.NodeCredentials;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the node's certificate at a random time within 50 to 80 % of its span (S11.1). What fails
 * is tried again after 5 s, then ever more rarely, at most after an hour.
 */
final class Renewal {
  private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
  private static final Duration LAST_RETRY = Duration.ofHours(1);

  /** Clocks jump and machines sleep: the time is looked at again this often. */
  private static final Duration LOOK = Duration.ofMinutes(1);

  private final Environment environment;
  private final EventLoop loop;
  private final NodeCredentials credentials;
  private final Runnable renew;
  private final Executor steps;
  private final RandomSource random;
  private volatile Runnable onRenewal = () -> {};
  private EventLoop.Timer timer = () -> {};
  private Instant due = Instant.MAX;
  private Duration retry = FIRST_RETRY;

  /**
   * A node's.
   *
   * @param renew gets the next certificate; blocks
   */
  Renewal(Environment environment, EventLoop loop, NodeCredentials credentials, Runnable renew) {
    this.environment = environment;
    this.loop = loop;
    this.credentials = credentials;
    this.renew = renew;
    this.steps = MoreExecutors.newSequentialExecutor(environment.blocking());
    this.random = environment.random().split();
  }

  void onRenewal(Runnable listener) {
    onRenewal = listener;
  }

  /** There is a certificate: its renewal is due at its time. Any thread. */
  void start() {
    loop.execute(
        () -> {
          due = credentials.identity().orElseThrow().renewalTime(random);
          retry = FIRST_RETRY;
          look();
        });
  }

  private void look() {
    timer.cancel();
    Duration left = Duration.between(environment.time().now(), due);
    if (left.isNegative() || left.isZero()) {
      steps.execute(this::act);
    } else {
      timer = loop.schedule(left.compareTo(LOOK) < 0 ? left : LOOK, this::look);
    }
  }

  private void act() {
    try {
      renew.run();
      onRenewal.run();
    } catch (RuntimeException e) {
      // Whatever it is: a node that does not try again is out of the cluster for good.
      loop.execute(() -> failed(e));
    }
  }

  private void failed(RuntimeException cause) {
    Instant now = environment.time().now();
    if (credentials.identity().orElseThrow().isExpired(now)) {
      LOG.error(
          "the node's certificate has expired and cannot be renewed; remove the node from the"
              + " cluster, and join anew with an empty data directory: {}",
          reason(cause));
    } else {
      LOG.warn("the node's certificate cannot be renewed yet: {}", reason(cause));
    }
    due = now.plusMillis((long) (retry.toMillis() * (0.5 + 0.5 * random.nextDouble())));
    Duration doubled = retry.multipliedBy(2);
    retry = doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
    look();
  }

  private static String reason(RuntimeException cause) {
    return cause instanceof SwarmException ? String.valueOf(cause.getMessage()) : cause.toString();
  }

  void close() {
    loop.execute(() -> timer.cancel());
  }
}
