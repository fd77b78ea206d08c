// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event loop on a daemon thread of its own that sleeps only when there is nothing to do. */
final class ThreadEventLoop implements EventLoop, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadEventLoop.class);

  private final String name;
  private final TimeSource time;
  private final Thread thread;
  private final ConcurrentLinkedQueue<Runnable> inputs = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>();
  private final List<Runnable> turnEndHooks = new ArrayList<>();
  private volatile boolean parked;
  private volatile boolean closed;
  private long turnNanos;
  private Instant turnInstant;
  private long scheduled;

  ThreadEventLoop(String name, TimeSource time) {
    this.name = name;
    this.time = time;
    this.turnNanos = time.nanoTime();
    this.turnInstant = time.now();
    this.thread = new Thread(this, "jswarm-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void execute(Runnable input) {
    inputs.add(input);
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Deadline deadline = new Deadline(time.nanoTime() + Math.max(0, delay.toNanos()), task);
    if (inLoop()) {
      add(deadline);
    } else {
      execute(() -> add(deadline));
    }
    return () -> deadline.cancelled = true;
  }

  private void add(Deadline deadline) {
    deadline.order = scheduled++;
    deadlines.add(deadline);
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public long nanoTime() {
    assertInLoop();
    return turnNanos;
  }

  @Override
  public Instant now() {
    assertInLoop();
    return turnInstant;
  }

  @Override
  public void onTurnEnd(Runnable hook) {
    if (inLoop()) {
      turnEndHooks.add(hook);
    } else {
      execute(() -> turnEndHooks.add(hook));
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    if (!inLoop()) {
      try {
        thread.join(5_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void run() {
    while (!closed) {
      turnNanos = time.nanoTime();
      turnInstant = time.now();
      boolean worked = runInputs();
      worked |= runDeadlines();
      if (worked) {
        turnEndHooks.forEach(this::guarded);
      } else {
        park();
      }
    }
  }

  /** Only what waited when the turn began: inputs that arrive meanwhile are the next turn. */
  private boolean runInputs() {
    int waiting = 0;
    for (Runnable ignored : inputs) {
      if (++waiting == 100_000) {
        break;
      }
    }
    for (int i = 0; i < waiting && !closed; i++) {
      Runnable input = inputs.poll();
      if (input != null) {
        guarded(input);
      }
    }
    return waiting > 0;
  }

  private boolean runDeadlines() {
    boolean worked = false;
    for (Deadline next = deadlines.peek();
        next != null && !closed && next.nanos - turnNanos <= 0;
        next = deadlines.peek()) {
      deadlines.poll();
      if (!next.cancelled) {
        guarded(next.task);
        worked = true;
      }
    }
    return worked;
  }

  private void park() {
    parked = true;
    try {
      if (!inputs.isEmpty() || closed) {
        return;
      }
      Deadline next = deadlines.peek();
      if (next == null) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, next.nanos - time.nanoTime());
      }
    } finally {
      parked = false;
    }
  }

  /** A failing input never ends the loop. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.atError().addKeyValue("loop", name).setCause(e).log("an input failed; the loop goes on");
    }
  }

  private static final class Deadline implements Comparable<Deadline> {
    final long nanos;
    final Runnable task;
    long order;
    volatile boolean cancelled;

    Deadline(long nanos, Runnable task) {
      this.nanos = nanos;
      this.task = task;
    }

    @Override
    public int compareTo(Deadline other) {
      int byTime = Long.compare(nanos - other.nanos, 0);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }
}
