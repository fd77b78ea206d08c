// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.SwarmException;
import io.jswarm.spi.ReplicatedLog.LeadershipListener;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Tells the owner who leads, each change once. Raft loop only. */
final class LeadershipReport {
  private final Executor owner;
  private final LeadershipListener listener;
  private Optional<String> told = Optional.empty();

  /** Whether {@link #told} is what the owner believes. */
  private boolean current;

  private boolean stopped;

  LeadershipReport(Executor owner, LeadershipListener listener) {
    this.owner = owner;
    this.listener = listener;
  }

  void leads(long term) {
    current = false;
    owner.execute(() -> listener.onLeading(term));
  }

  void follows(Optional<String> leader) {
    if (!stopped && !(current && leader.equals(told))) {
      told = leader;
      current = true;
      owner.execute(() -> listener.onFollowing(leader));
    }
  }

  void stopped(SwarmException why) {
    stopped = true;
    owner.execute(() -> listener.onStopped(why));
  }
}
