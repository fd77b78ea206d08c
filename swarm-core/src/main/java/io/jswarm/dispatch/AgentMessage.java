// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.NodeDescription;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.TaskRuntime.LogLine;
import io.jswarm.transport.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an agent tells the leader. Everything but a registration belongs to a session (S9.1). */
public sealed interface AgentMessage extends Message {
  /** The session it belongs to. */
  String sessionId();

  /**
   * Asks for a session, or brings a new description or connection into the present one.
   *
   * @param sessionId the session to go on with; empty = a new one
   * @param attempt returned in the answer, so that a late answer is recognised
   */
  record Register(String sessionId, long attempt, NodeDescription description)
      implements AgentMessage {}

  /** The agent lives. */
  record Heartbeat(String sessionId) implements AgentMessage {}

  /**
   * Asks for the assignments from the beginning.
   *
   * @param stream number of this request; the sets that answer it carry it
   */
  record Subscribe(String sessionId, long stream) implements AgentMessage {}

  /**
   * Reports what was observed; repeated until acknowledged.
   *
   * @param sequence grows with each new report of a session; the same in a repetition
   */
  record ReportStatus(String sessionId, long sequence, List<TaskReport> reports)
      implements AgentMessage {
    public ReportStatus {
      reports = List.copyOf(reports);
    }
  }

  /** One task's status. */
  record TaskReport(String taskId, TaskStatus status) {}

  /**
   * Lines of one task's output, for a subscription; acknowledged one by one.
   *
   * @param dropped lines lost since the last batch because the reader was too slow
   */
  record LogBatch(
      String sessionId, long subscription, String taskId, List<LogLine> lines, long dropped)
      implements AgentMessage {
    public LogBatch {
      lines = List.copyOf(lines);
    }
  }

  /** All of one task's output was sent; {@code error} is null unless it could not be read. */
  record LogEnd(String sessionId, long subscription, String taskId, @Nullable String error)
      implements AgentMessage {}
}
