// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Task;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes agents' reports into the store, a turn's worth at a time (S9.2). */
final class StatusReports {
  private final String leader;
  private final List<Report> arrived = new ArrayList<>();
  private final List<Report> decided = new ArrayList<>();
  private boolean committed;

  StatusReports(String leader) {
    this.leader = leader;
  }

  /** Queues a report for this turn. */
  void accept(NodeSession session, AgentMessage.ReportStatus message) {
    if (message.sequence() <= session.reportTaken) {
      if (message.sequence() <= session.reportAcked) {
        session.send(new ManagerMessage.StatusAck(session.id(), session.reportAcked));
      }
      return;
    }
    session.reportTaken = message.sequence();
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
      List<@Nullable Task> tasks = new ArrayList<>(report.message.reports().size());
      report.message.reports().forEach(one -> tasks.add(tx.task(one.taskId()).orElse(null)));
      Task foreign = foreign(report.session, tasks);
      if (foreign != null) {
        refuse(report, foreign);
      } else {
        changed |= write(report.message.reports(), tasks, tx);
        decided.add(report);
      }
    }
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

  private static @Nullable Task foreign(NodeSession session, List<@Nullable Task> tasks) {
    for (Task task : tasks) {
      if (task != null && !task.nodeId().equals(session.nodeId())) {
        return task;
      }
    }
    return null;
  }

  /** All of it: whoever reports for others may be wrong about itself too. */
  private static void refuse(Report report, Task foreign) {
    NodeSession session = report.session;
    long sequence = report.message.sequence();
    session.reportAcked = Math.max(session.reportAcked, sequence);
    String detail =
        "task "
            + foreign.id()
            + " belongs to node "
            + foreign.nodeId()
            + ", not to "
            + session.nodeId();
    session.send(new ManagerMessage.StatusRefused(session.id(), sequence, detail));
  }

  private boolean write(List<AgentMessage.TaskReport> reports, List<@Nullable Task> tasks, Tx tx) {
    boolean changed = false;
    for (int i = 0; i < tasks.size(); i++) {
      Task task = tasks.get(i);
      TaskStatus status = reports.get(i).status();
      if (task != null && isNews(task.status(), status)) {
        tx.update(task.withStatus(status.withApplied(leader, tx.now())));
        changed = true;
      }
    }
    return changed;
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
