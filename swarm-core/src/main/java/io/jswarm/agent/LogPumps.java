// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.dispatch.AgentMessage;
import io.jswarm.dispatch.ManagerMessage;
import io.jswarm.loop.EventLoop;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.LogSink;
import io.jswarm.spi.TaskRuntime.LogSubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the output of local tasks to the manager (S9.8). A few batches per task may be under way;
 * lines beyond that wait here, and those beyond {@link #MOST_CHARS} are dropped and counted.
 */
final class LogPumps {
  private static final long MOST_CHARS = 8L << 20;
  private static final int BATCH_LINES = 500;
  private static final int WINDOW = 8;

  private final EventLoop loop;
  private final TaskRuntime runtime;
  private final Consumer<AgentMessage> send;
  private final Map<Key, Pump> pumps = new TreeMap<>();

  LogPumps(EventLoop loop, TaskRuntime runtime, Consumer<AgentMessage> send) {
    this.loop = loop;
    this.runtime = runtime;
    this.send = send;
  }

  void onSubscribe(ManagerMessage.SubscribeLogs request) {
    loop.assertInLoop();
    for (String taskId : request.taskIds()) {
      Key key = new Key(request.subscription(), taskId);
      if (!pumps.containsKey(key)) {
        Pump pump = new Pump(key, request.sessionId());
        pumps.put(key, pump);
        pump.open(request.options());
      }
    }
  }

  void onAck(ManagerMessage.LogAck ack) {
    Pump pump = pumps.get(new Key(ack.subscription(), ack.taskId()));
    if (pump != null) {
      pump.underWay--;
      pump.drain();
    }
  }

  void onUnsubscribe(ManagerMessage.UnsubscribeLogs request) {
    for (Pump pump : new ArrayList<>(pumps.values())) {
      if (pump.key.subscription == request.subscription()) {
        pump.cancel();
      }
    }
  }

  /** The session is gone, and who asked with it. */
  void cancelAll() {
    new ArrayList<>(pumps.values()).forEach(Pump::cancel);
  }

  /** One task's output for one subscription. The sink may be called on any thread. */
  private final class Pump implements LogSink {
    private final Key key;
    private final String sessionId;
    private final ConcurrentLinkedQueue<LogLine> lines = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingChars = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean drainQueued = new AtomicBoolean();
    private @Nullable LogSubscription source;
    private int underWay;
    private boolean ended;
    private @Nullable String error;

    Pump(Key key, String sessionId) {
      this.key = key;
      this.sessionId = sessionId;
    }

    void open(LogOptions options) {
      source = runtime.logs(key.taskId, options, this);
    }

    void cancel() {
      pumps.remove(key, this);
      if (source != null) {
        source.cancel();
      }
    }

    @Override
    public void onLine(LogLine line) {
      int size = line.text().length() + 1;
      if (waitingChars.addAndGet(size) > MOST_CHARS) {
        waitingChars.addAndGet(-size);
        dropped.incrementAndGet();
      } else {
        lines.add(line);
      }
      if (!drainQueued.getAndSet(true)) {
        loop.execute(this::drain);
      }
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
      loop.execute(
          () -> {
            ended = true;
            error = failure == null ? null : String.valueOf(failure.getMessage());
            drain();
          });
    }

    private void drain() {
      drainQueued.set(false);
      if (pumps.get(key) != this) {
        return;
      }
      while (underWay < WINDOW && !lines.isEmpty()) {
        List<LogLine> batch = new ArrayList<>();
        for (LogLine line = lines.poll(); line != null; line = next(batch)) {
          waitingChars.addAndGet(-(line.text().length() + 1L));
          batch.add(line);
        }
        underWay++;
        send.accept(
            new AgentMessage.LogBatch(
                sessionId, key.subscription, key.taskId, batch, dropped.getAndSet(0)));
      }
      if (ended && lines.isEmpty()) {
        pumps.remove(key, this);
        send.accept(new AgentMessage.LogEnd(sessionId, key.subscription, key.taskId, error));
      }
    }

    private @Nullable LogLine next(List<LogLine> batch) {
      return batch.size() < BATCH_LINES ? lines.poll() : null;
    }
  }

  private record Key(long subscription, String taskId) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int bySubscription = Long.compare(subscription, other.subscription);
      return bySubscription != 0 ? bySubscription : taskId.compareTo(other.taskId);
    }
  }
}
