// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.jswarm.loop.EventLoop.Timer;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The thread that reads and writes a connection, to which all its channels belong. */
final class IoThread implements Executor {
  private final EventLoop netty;
  private final io.jswarm.loop.EventLoop timers;

  /**
   * Creates the view of a thread.
   *
   * @param timers tells when time has passed
   */
  IoThread(EventLoop netty, io.jswarm.loop.EventLoop timers) {
    this.netty = netty;
    this.timers = timers;
  }

  EventLoop netty() {
    return netty;
  }

  /** Runs the task after what waits already. Dropped once the transport is closed. */
  @Override
  public void execute(Runnable task) {
    try {
      netty.execute(task);
    } catch (RejectedExecutionException e) {
      // The transport is closed, and with it everything the task could be about.
    }
  }

  /** Runs the task at once if this is the thread: for gRPC, which keeps the order itself. */
  Executor direct() {
    return task -> {
      if (netty.inEventLoop()) {
        task.run();
      } else {
        execute(task);
      }
    };
  }

  /** Runs the task on this thread after a while. */
  Timer schedule(Duration delay, Runnable task) {
    return timers.schedule(delay, () -> execute(task));
  }
}
