// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Task;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Takes agents' reports into the store, a turn's worth at a time (S9.2). */
final class StatusReports {
  private final String leader;
  private final List<Report> arrived = new ArrayList<>();
  private final List<Report> decided = new ArrayList<>();
  private boolean committed;

  StatusReports(String leader) {
    this.leader = leader;
  }

  /** Queues a report for this turn, or refuses all of it. */
  void accept(NodeSession session, AgentMessage.ReportStatus message, ReadView durable) {
    if (message.sequence() <= session.reportTaken) {
      if (message.sequence() <= session.reportAcked) {
        session.send(new ManagerMessage.StatusAck(session.id(), session.reportAcked));
      }
      return;
    }
    session.reportTaken = message.sequence();
    for (AgentMessage.TaskReport report : message.reports()) {
      Optional<Task> task = durable.task(report.taskId());
      if (task.isPresent() && !task.get().nodeId().equals(session.nodeId())) {
        session.reportAcked = message.sequence();
        session.send(
            new ManagerMessage.StatusRefused(
                session.id(),
                message.sequence(),
                "task "
                    + report.taskId()
                    + " belongs to node "
                    + task.get().nodeId()
                    + ", not to "
                    + session.nodeId()));
        return;
      }
    }
    arrived.add(new Report(session, message));
  }

  /** Writes what arrived. Never called while a batch is on its way: what was decided is durable. */
  void reconcile(Tx tx, ReadView durable) {
    if (committed || isDurable(tx, durable)) {
      acknowledge();
    }
    if (arrived.isEmpty()) {
      return;
    }
    boolean changed = false;
    for (Report report : arrived) {
      for (AgentMessage.TaskReport one : report.message.reports()) {
        changed |= write(one, tx);
      }
    }
    decided.addAll(arrived);
    arrived.clear();
    if (!changed && isDurable(tx, durable)) {
      acknowledge();
    }
  }

  /** Whether nothing was changed in this turn before {@code tx}. */
  private static boolean isDurable(Tx tx, ReadView durable) {
    return tx.version() == durable.version() + 1;
  }

  /** A batch is durable. */
  void onCommit() {
    committed = true;
  }

  void clear() {
    arrived.clear();
    decided.clear();
    committed = false;
  }

  private void acknowledge() {
    committed = false;
    for (Report report : decided) {
      NodeSession session = report.session;
      session.reportAcked = Math.max(session.reportAcked, report.message.sequence());
      session.send(new ManagerMessage.StatusAck(session.id(), report.message.sequence()));
    }
    decided.clear();
  }

  private boolean write(AgentMessage.TaskReport report, Tx tx) {
    Optional<Task> task = tx.task(report.taskId());
    if (task.isEmpty() || !isNews(task.get().status(), report.status())) {
      return false;
    }
    tx.update(task.get().withStatus(report.status().withApplied(leader, tx.now())));
    return true;
  }

  /** States never go back; within a state only a difference in substance counts (S2.2). */
  static boolean isNews(TaskStatus stored, TaskStatus reported) {
    if (reported.state() != stored.state()) {
      return reported.state().isAfter(stored.state());
    }
    return !reported.message().equals(stored.message())
        || !reported.error().equals(stored.error())
        || !reported.ports().equals(stored.ports())
        || !Objects.equals(reported.container(), stored.container());
  }

  private record Report(NodeSession session, AgentMessage.ReportStatus message) {}
}
