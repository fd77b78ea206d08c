// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.IndeterminateResultException;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A log of one manager whose leadership a test takes away and gives back. Entries travel as bytes.
 */
final class SwitchableLog implements ReplicatedLog {
  private Executor owner = Runnable::run;
  private StateMachine machine;
  private LeadershipListener leadership;
  private long index;
  private long term;
  private int proposed;
  private long changeAfter;
  private boolean forgetful;
  private boolean closed;

  @Override
  public void start(Executor owner, StateMachine machine, LeadershipListener leadership) {
    this.owner = owner;
    this.machine = machine;
    this.leadership = leadership;
    lead();
  }

  void lead() {
    owner.execute(() -> leadership.onLeading(++term));
  }

  /**
   * Leadership changes once, right after the entry at {@code position}.
   *
   * @param forgetful the one who proposed that entry does not hear that it was applied
   */
  void changeAfter(long position, boolean forgetful) {
    this.changeAfter = position;
    this.forgetful = forgetful;
  }

  long position() {
    return index;
  }

  void follow() {
    owner.execute(() -> leadership.onFollowing(Optional.empty()));
  }

  @Override
  public CompletionStage<Long> propose(Entry entry) {
    proposed++;
    CompletableFuture<Long> done = new CompletableFuture<>();
    owner.execute(
        () -> {
          proposed--;
          if (!closed) {
            machine.apply(++index, machine.decode(entry.toBytes()));
            boolean change = index == changeAfter;
            if (change && forgetful) {
              done.completeExceptionally(new IndeterminateResultException("leadership was lost"));
            } else {
              done.complete(index);
            }
            if (change) {
              leadership.onFollowing(Optional.empty());
              leadership.onLeading(++term);
            }
          }
        });
    return done;
  }

  /** Whether an entry is on its way. */
  boolean isProposing() {
    return proposed > 0;
  }

  @Override
  public CompletionStage<Long> barrier() {
    return CompletableFuture.completedFuture(index);
  }

  @Override
  public Optional<ManagerGroup> group() {
    return Optional.empty();
  }

  @Override
  public int maxEntryBytes() {
    return 3 * 512 * 1024;
  }

  @Override
  public void close() {
    closed = true;
  }
}
