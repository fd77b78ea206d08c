// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.spi.TaskRuntime.LogOptions;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One reader of logs: which tasks it reads, and what it will not get. On the control loop. */
final class LogSubscriber {
  private static final Logger LOG = LoggerFactory.getLogger(LogSubscriber.class);

  private final LogSelector selector;
  private final LogOptions options;
  private final Executor executor;
  private final LogListener listener;
  private final Map<String, Source> sources = new TreeMap<>();
  private final Set<String> missing = new TreeSet<>();
  private long id;
  private int open;

  /** Calls of the listener that wait; run one at a time whatever the executor is. */
  private final ConcurrentLinkedQueue<Runnable> calls = new ConcurrentLinkedQueue<>();

  private final AtomicInteger waitingCalls = new AtomicInteger();

  LogSubscriber(LogSelector selector, LogOptions options, Executor executor, LogListener listener) {
    this.selector = selector;
    this.options = options;
    this.executor = executor;
    this.listener = listener;
  }

  long id() {
    return id;
  }

  void id(long id) {
    this.id = id;
  }

  LogSelector selector() {
    return selector;
  }

  LogOptions options() {
    return options;
  }

  /** Whether the task has output and is not being read. Notes what has none yet. */
  boolean wants(Task task) {
    Source source = sources.get(task.id());
    if (source != null) {
      return source.state == Source.State.LOST && options.follow();
    }
    if (!task.isAssigned()) {
      if (task.desiredState().atMost(TaskState.RUNNING) && !options.follow()) {
        missing("task " + task.id() + " is not scheduled");
      }
      return false;
    }
    return task.state().atLeast(TaskState.RUNNING) && task.state() != TaskState.REJECTED;
  }

  void open(Task task) {
    sources.computeIfAbsent(task.id(), taskId -> new Source(task.nodeId(), task.serviceId()))
            .state =
        Source.State.OPEN;
    open++;
  }

  /** Whether lines of the task came before its node went away. */
  boolean wasReadBefore(String taskId) {
    Source source = sources.get(taskId);
    return source != null && source.newest != null;
  }

  /** Everything after the lines that came already. */
  LogOptions rest(String taskId) {
    Source source = sources.get(taskId);
    Instant newest = source == null ? null : source.newest;
    return new LogOptions(
        options.stdout(),
        options.stderr(),
        options.follow(),
        -1,
        newest == null ? options.since() : newest.plusNanos(1));
  }

  boolean isOpen(String taskId, String nodeId) {
    Source source = sources.get(taskId);
    return source != null && source.state == Source.State.OPEN && source.nodeId.equals(nodeId);
  }

  void finished(String taskId, @Nullable String error) {
    Source source = sources.get(taskId);
    if (source != null && source.state == Source.State.OPEN) {
      source.state = Source.State.ENDED;
      open--;
      if (error != null) {
        missing("task " + taskId + ": " + error);
      }
    }
  }

  /** The node went away while it was being read. */
  void lost(String nodeId) {
    for (Source source : sources.values()) {
      if (source.state == Source.State.OPEN && source.nodeId.equals(nodeId)) {
        source.state = Source.State.LOST;
        open--;
        unavailable(nodeId);
      }
    }
  }

  void unavailable(String nodeId) {
    missing("node " + nodeId + " is not available");
  }

  void missing(String what) {
    missing.add(what);
  }

  boolean isDone() {
    return open == 0 && !options.follow();
  }

  @Nullable String incomplete() {
    return missing.isEmpty()
        ? null
        : "incomplete log stream: some logs could not be retrieved: " + String.join("; ", missing);
  }

  Set<String> openNodes() {
    Set<String> nodes = new TreeSet<>();
    for (Source source : sources.values()) {
      if (source.state == Source.State.OPEN) {
        nodes.add(source.nodeId);
      }
    }
    return nodes;
  }

  /** Hands lines to the listener; {@code consumed} runs when it has taken them. */
  void deliver(AgentMessage.LogBatch batch, String nodeId, Runnable consumed) {
    Source source = sources.get(batch.taskId());
    if (source == null) {
      return;
    }
    if (batch.dropped() > 0) {
      missing("task " + batch.taskId() + ": lines were dropped, the reader was too slow");
    }
    for (LogLine line : batch.lines()) {
      source.newest = line.timestamp();
    }
    call(
        () -> {
          for (LogLine line : batch.lines()) {
            listener.onLine(
                new LogListener.TaskLine(batch.taskId(), nodeId, source.serviceId, line));
          }
          consumed.run();
        });
  }

  void end(@Nullable String incomplete) {
    call(() -> listener.onEnd(incomplete));
  }

  private void call(Runnable call) {
    calls.add(call);
    if (waitingCalls.getAndIncrement() == 0) {
      executor.execute(this::drain);
    }
  }

  private void drain() {
    do {
      Runnable call = calls.poll();
      if (call != null) {
        guarded(call);
      }
    } while (waitingCalls.decrementAndGet() > 0);
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("a reader of logs failed; it is read to nevertheless");
    }
  }

  private static final class Source {
    enum State {
      OPEN,
      LOST,
      ENDED
    }

    final String nodeId;
    final String serviceId;
    State state = State.LOST;
    @Nullable Instant newest;

    Source(String nodeId, String serviceId) {
      this.nodeId = nodeId;
      this.serviceId = serviceId;
    }
  }
}
