// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A world in one thread: all loops, timers and blocking work run under virtual time, in an order
 * that is a function of the seed. Time stands still unless one of the {@code run} methods moves it,
 * and it moves in jumps to the next thing due. Things due at the same instant run in an order drawn
 * from the seed; inputs of one loop stay in order.
 *
 * <p>Thread-safety: none; one thread owns a simulated world. A failure inside a loop ends the run
 * with that failure.
 */
public final class SimulatedEnvironment {
  private static final Instant EPOCH = Instant.parse("2030-01-01T00:00:00Z");

  private final long seed;
  private final RandomSource order;
  private final PriorityQueue<Event> agenda = new PriorityQueue<>();
  private final Environment environment;
  private long nowNanos;
  private long sequence;
  private @Nullable SimulatedLoop running;

  public SimulatedEnvironment(long seed) {
    this.seed = seed;
    RandomSource root = RandomSource.seeded(seed);
    this.order = root.split();
    RandomSource idWords = root.split();
    TimeSource time =
        new TimeSource() {
          @Override
          public long nanoTime() {
            return nowNanos;
          }

          @Override
          public Instant now() {
            return EPOCH.plusNanos(nowNanos);
          }
        };
    this.environment =
        new Environment(
            time,
            root,
            IdGenerator.from(idWords::nextLong),
            SimulatedLoop::new,
            task -> at(nowNanos, task),
            true,
            this::await);
  }

  /** The seed that replays this world. */
  public long seed() {
    return seed;
  }

  /** What nodes of this world are built with. */
  public Environment environment() {
    return environment;
  }

  /** Virtual time since the world began. */
  public Duration elapsed() {
    return Duration.ofNanos(nowNanos);
  }

  /** Runs everything due now, without moving time. */
  public void settle() {
    runFor(Duration.ZERO);
  }

  /** Lets {@code duration} of virtual time pass. */
  public void runFor(Duration duration) {
    long end = nowNanos + duration.toNanos();
    for (Event next = agenda.peek(); next != null && next.nanos <= end; next = agenda.peek()) {
      step();
    }
    nowNanos = end;
  }

  /** Runs until {@code condition} holds; false when {@code limit} of virtual time passed first. */
  public boolean runUntil(BooleanSupplier condition, Duration limit) {
    long end = nowNanos + limit.toNanos();
    while (!condition.getAsBoolean()) {
      Event next = agenda.peek();
      if (next == null || next.nanos > end) {
        nowNanos = end;
        return condition.getAsBoolean();
      }
      step();
    }
    return true;
  }

  /** Runs {@code task} outside all loops after {@code delay}: for faults and workload of a test. */
  public void schedule(Duration delay, Runnable task) {
    at(nowNanos + delay.toNanos(), task);
  }

  private boolean await(CompletionStage<?> stage, Duration timeout) {
    CompletableFuture<?> future = stage.toCompletableFuture();
    return runUntil(future::isDone, timeout);
  }

  private void at(long nanos, Runnable task) {
    agenda.add(new Event(Math.max(nanos, nowNanos), order.nextInt(1 << 16), sequence++, task));
  }

  private void step() {
    Event event = agenda.poll();
    if (event != null) {
      nowNanos = event.nanos;
      event.task.run();
    }
  }

  private final class SimulatedLoop implements EventLoop {
    private final String name;
    private final ArrayDeque<Runnable> inputs = new ArrayDeque<>();
    private final List<Runnable> turnEndHooks = new ArrayList<>();
    private boolean turnDue;
    private boolean closed;

    SimulatedLoop(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void execute(Runnable input) {
      if (closed) {
        return;
      }
      inputs.add(input);
      if (!turnDue) {
        turnDue = true;
        at(nowNanos, this::turn);
      }
    }

    private void turn() {
      turnDue = false;
      SimulatedLoop outer = running;
      running = this;
      try {
        for (int waiting = inputs.size(); waiting > 0 && !closed; waiting--) {
          inputs.remove().run();
        }
        for (int i = 0; i < turnEndHooks.size() && !closed; i++) {
          turnEndHooks.get(i).run();
        }
      } catch (RuntimeException | Error e) {
        throw new SimulationFailure(seed, Duration.ofNanos(nowNanos), name, e);
      } finally {
        running = outer;
      }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      Deadline deadline = new Deadline(task);
      at(nowNanos + Math.max(0, delay.toNanos()), () -> execute(deadline));
      return () -> deadline.cancelled = true;
    }

    @Override
    public boolean inLoop() {
      return running == this;
    }

    @Override
    public long nanoTime() {
      return nowNanos;
    }

    @Override
    public Instant now() {
      return environment.time().now();
    }

    @Override
    public void onTurnEnd(Runnable hook) {
      turnEndHooks.add(hook);
    }

    @Override
    public void close() {
      closed = true;
      inputs.clear();
    }
  }

  private static final class Deadline implements Runnable {
    private final Runnable task;
    private boolean cancelled;

    Deadline(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (!cancelled) {
        task.run();
      }
    }
  }

  private static final class Event implements Comparable<Event> {
    final long nanos;
    final int draw;
    final long sequence;
    final Runnable task;

    Event(long nanos, int draw, long sequence, Runnable task) {
      this.nanos = nanos;
      this.draw = draw;
      this.sequence = sequence;
      this.task = task;
    }

    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(nanos, other.nanos);
      if (byTime != 0) {
        return byTime;
      }
      int byDraw = Integer.compare(draw, other.draw);
      return byDraw != 0 ? byDraw : Long.compare(sequence, other.sequence);
    }
  }
}
