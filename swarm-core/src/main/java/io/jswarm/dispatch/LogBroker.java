// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.Task;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.LogSubscription;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.StoreEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings the output of tasks from their agents to whoever asks (S12.8). Works on the control loop;
 * lines wait at the agent until the reader has taken the ones before, so a slow reader costs the
 * manager nothing, and loses lines, counted, when the agent's buffer overflows.
 */
public final class LogBroker {
  private final EventLoop loop;
  private final Store store;
  private final Function<String, @Nullable NodeSession> sessions;
  private final Map<Long, LogSubscriber> subscribers = new TreeMap<>();
  private long lastId;

  /**
   * @param sessions the session of a node, if it has one
   */
  LogBroker(EventLoop loop, Store store, Function<String, @Nullable NodeSession> sessions) {
    this.loop = loop;
    this.store = store;
    this.sessions = sessions;
  }

  /**
   * Reads what the selected tasks have written; with {@code follow} also what they, and tasks that
   * come to match later, will write, until cancelled. Any thread.
   *
   * @param executor runs the listener
   */
  public LogSubscription subscribe(
      LogSelector selector, LogOptions options, Executor executor, LogListener listener) {
    LogSubscriber subscriber = new LogSubscriber(selector, options, executor, listener);
    loop.execute(() -> start(subscriber));
    return () -> loop.execute(() -> end(subscriber, null));
  }

  private void start(LogSubscriber subscriber) {
    subscriber.id(++lastId);
    subscribers.put(subscriber.id(), subscriber);
    ReadView view = store.view();
    Map<String, List<String>> wanted = new TreeMap<>();
    LogSelector selector = subscriber.selector();
    selector.serviceIds().forEach(id -> consider(subscriber, view.tasksOfService(id), wanted));
    selector.nodeIds().forEach(id -> consider(subscriber, view.tasksOfNode(id), wanted));
    for (String id : selector.taskIds()) {
      view.task(id)
          .ifPresentOrElse(
              task -> consider(subscriber, List.of(task), wanted),
              () -> subscriber.missing("there is no task " + id));
    }
    request(subscriber, wanted);
  }

  private void consider(
      LogSubscriber subscriber, Iterable<Task> tasks, Map<String, List<String>> wanted) {
    for (Task task : tasks) {
      if (subscriber.wants(task)) {
        if (sessions.apply(task.nodeId()) == null) {
          subscriber.unavailable(task.nodeId());
        } else {
          subscriber.open(task);
          wanted.computeIfAbsent(task.nodeId(), id -> new ArrayList<>()).add(task.id());
        }
      }
    }
  }

  private void request(LogSubscriber subscriber, Map<String, List<String>> wanted) {
    wanted.forEach(
        (nodeId, tasks) -> {
          NodeSession session = sessions.apply(nodeId);
          if (session != null) {
            List<String> fresh = new ArrayList<>();
            for (String taskId : tasks) {
              if (subscriber.wasReadBefore(taskId)) {
                ask(session, subscriber, List.of(taskId), subscriber.rest(taskId));
              } else {
                fresh.add(taskId);
              }
            }
            if (!fresh.isEmpty()) {
              ask(session, subscriber, fresh, subscriber.options());
            }
          }
        });
    endIfDone(subscriber);
  }

  private static void ask(
      NodeSession session, LogSubscriber subscriber, List<String> tasks, LogOptions options) {
    session.send(new ManagerMessage.SubscribeLogs(session.id(), subscriber.id(), tasks, options));
  }

  /** New tasks join those who follow. */
  void onCommit(Commit commit) {
    for (LogSubscriber subscriber : followers()) {
      Map<String, List<String>> wanted = new TreeMap<>();
      for (StoreEvent event : commit.events()) {
        if (event.object() instanceof Task task
            && !(event instanceof StoreEvent.Deleted)
            && subscriber.selector().matches(task)) {
          consider(subscriber, List.of(task), wanted);
        }
      }
      request(subscriber, wanted);
    }
  }

  /** A node can be asked (again). */
  void onSession(NodeSession session) {
    for (LogSubscriber subscriber : followers()) {
      Map<String, List<String>> wanted = new TreeMap<>();
      for (Task task : store.view().tasksOfNode(session.nodeId())) {
        if (subscriber.selector().matches(task)) {
          consider(subscriber, List.of(task), wanted);
        }
      }
      request(subscriber, wanted);
    }
  }

  /** A node cannot be asked any more. */
  void onSessionLost(String nodeId) {
    for (LogSubscriber subscriber : new ArrayList<>(subscribers.values())) {
      subscriber.lost(nodeId);
      endIfDone(subscriber);
    }
  }

  void onBatch(NodeSession session, AgentMessage.LogBatch batch) {
    LogSubscriber subscriber = subscribers.get(batch.subscription());
    if (subscriber == null) {
      session.send(new ManagerMessage.UnsubscribeLogs(session.id(), batch.subscription()));
    } else if (subscriber.isOpen(batch.taskId(), session.nodeId())) {
      ManagerMessage ack =
          new ManagerMessage.LogAck(session.id(), batch.subscription(), batch.taskId());
      subscriber.deliver(batch, session.nodeId(), () -> loop.execute(() -> session.send(ack)));
    }
  }

  void onEnd(NodeSession session, AgentMessage.LogEnd end) {
    LogSubscriber subscriber = subscribers.get(end.subscription());
    if (subscriber != null && subscriber.isOpen(end.taskId(), session.nodeId())) {
      subscriber.finished(end.taskId(), end.error());
      endIfDone(subscriber);
    }
  }

  /** This manager does not lead any more: nobody can be asked. */
  void stop() {
    for (LogSubscriber subscriber : new ArrayList<>(subscribers.values())) {
      subscriber.missing("this manager does not lead any more");
      end(subscriber, subscriber.incomplete());
    }
  }

  private List<LogSubscriber> followers() {
    List<LogSubscriber> followers = new ArrayList<>();
    for (LogSubscriber subscriber : subscribers.values()) {
      if (subscriber.options().follow()) {
        followers.add(subscriber);
      }
    }
    return followers;
  }

  private void endIfDone(LogSubscriber subscriber) {
    if (subscriber.isDone()) {
      end(subscriber, subscriber.incomplete());
    }
  }

  private void end(LogSubscriber subscriber, @Nullable String incomplete) {
    loop.assertInLoop();
    if (subscribers.remove(subscriber.id(), subscriber)) {
      for (String nodeId : subscriber.openNodes()) {
        NodeSession session = sessions.apply(nodeId);
        if (session != null) {
          session.send(new ManagerMessage.UnsubscribeLogs(session.id(), subscriber.id()));
        }
      }
      subscriber.end(incomplete);
    }
  }
}
