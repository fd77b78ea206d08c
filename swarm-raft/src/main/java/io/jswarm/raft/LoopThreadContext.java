// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.utils.concurrent.Scheduled;
import io.atomix.utils.concurrent.ThreadContext;
import io.jswarm.loop.EventLoop;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Runs Atomix on one of our event loops, so that its time can be virtual, and so that nothing it
 * throws is lost.
 *
 * <p>Its long and periodic timers never fire: they are those of elections and heartbeats, which
 * read the wall clock in places, and are {@link Elections}' work.
 */
final class LoopThreadContext implements ThreadContext {
  /** No timer of Atomix that is wanted here waits this long. */
  static final Duration NEVER = Duration.ofDays(10);

  private final EventLoop loop;
  private final Consumer<Throwable> onFailure;

  LoopThreadContext(EventLoop loop, Consumer<Throwable> onFailure) {
    this.loop = loop;
    this.onFailure = onFailure;
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(() -> guarded(task));
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    if (delay.compareTo(NEVER) >= 0) {
      return () -> {};
    }
    EventLoop.Timer timer = loop.schedule(delay, () -> guarded(task));
    return timer::cancel;
  }

  @Override
  public Scheduled schedule(Duration initialDelay, Duration interval, Runnable task) {
    return () -> {};
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      onFailure.accept(e);
    }
  }

  @Override
  public boolean isCurrentContext() {
    return loop.inLoop();
  }

  @Override
  public void checkThread() {
    loop.assertInLoop();
  }

  @Override
  public boolean isBlocked() {
    return false;
  }

  @Override
  public void block() {}

  @Override
  public void unblock() {}

  /** The loop is closed by whoever made it. */
  @Override
  public void close() {}
}
