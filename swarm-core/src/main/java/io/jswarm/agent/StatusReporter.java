// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.dispatch.AgentMessage;
import io.jswarm.dispatch.AgentMessage.TaskReport;
import io.jswarm.model.TaskStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings each task's newest status to the manager (S9.6): one report is under way at a time, and
 * repeated until it is acknowledged, so an older status never follows a newer one.
 */
final class StatusReporter {
  private static final int MOST = 1_000;

  private final Map<String, TaskStatus> waiting = new LinkedHashMap<>();
  private final Map<String, TaskStatus> underWay = new LinkedHashMap<>();
  private long sequence;

  /** Queues a status, instead of an older one of that task. */
  void add(String taskId, TaskStatus status) {
    waiting.put(taskId, status);
  }

  /** There is no such task any more. */
  void forget(String taskId) {
    waiting.remove(taskId);
  }

  /** The next report, if one is due and none is under way. */
  AgentMessage.@Nullable ReportStatus next(String sessionId) {
    if (!underWay.isEmpty() || waiting.isEmpty()) {
      return null;
    }
    for (String taskId : waiting.keySet()) {
      TaskStatus status = waiting.get(taskId);
      if (status != null && underWay.size() < MOST) {
        underWay.put(taskId, status);
      }
    }
    underWay.keySet().forEach(waiting::remove);
    sequence++;
    return report(sessionId);
  }

  /** The report under way once more. */
  AgentMessage.@Nullable ReportStatus again(String sessionId) {
    return underWay.isEmpty() ? null : report(sessionId);
  }

  /** A report is durable, or was refused for good. */
  boolean settled(long sequence) {
    if (sequence != this.sequence || underWay.isEmpty()) {
      return false;
    }
    underWay.clear();
    return true;
  }

  /** The session is gone: what was under way waits again, unless there is news of that task. */
  void interrupted() {
    underWay.forEach(waiting::putIfAbsent);
    underWay.clear();
  }

  private AgentMessage.ReportStatus report(String sessionId) {
    List<TaskReport> reports = new ArrayList<>(underWay.size());
    underWay.forEach((taskId, status) -> reports.add(new TaskReport(taskId, status)));
    return new AgentMessage.ReportStatus(sessionId, sequence, reports);
  }
}
