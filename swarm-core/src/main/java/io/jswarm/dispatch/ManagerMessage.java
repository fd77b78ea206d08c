// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Node;
import io.jswarm.model.Payload;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.transport.Message;
import java.time.Duration;
import java.util.List;

/** What a manager tells an agent. */
public sealed interface ManagerMessage extends Message {
  /**
   * The registration is durable.
   *
   * @param attempt of the request
   * @param heartbeatPeriod how often the agent has to say that it lives
   * @param node the node as the managers see it
   * @param managers where the managers are that can be reached
   */
  record Registered(
      String sessionId, long attempt, Duration heartbeatPeriod, Node node, List<String> managers)
      implements ManagerMessage {
    public Registered {
      managers = List.copyOf(managers);
    }
  }

  /**
   * The request was refused; the session it named, if any, is of no use.
   *
   * @param attempt of the registration refused; 0 = another request
   * @param leader where to go instead, for {@link Reason#NOT_LEADER}; empty = unknown
   */
  record Refused(long attempt, Reason reason, String detail, String leader)
      implements ManagerMessage {}

  /** Why a request was refused. */
  enum Reason {
    /** There is no such node in the cluster. */
    NOT_REGISTERED,
    /** The session ended or was replaced by a newer one. */
    INVALID_SESSION,
    /** Too many registrations; try again later. */
    RATE_LIMITED,
    /** A task of another node was reported. */
    PERMISSION_DENIED,
    /** This manager does not lead. */
    NOT_LEADER
  }

  /** The node object changed: labels, availability, role. */
  record NodeChanged(String sessionId, Node node) implements ManagerMessage {}

  /** The roots to trust changed; PEM. */
  record RootsChanged(String sessionId, Payload roots) implements ManagerMessage {}

  /** Managers came or went; these are all that can be reached. */
  record ManagersChanged(String sessionId, List<String> managers) implements ManagerMessage {
    public ManagersChanged {
      managers = List.copyOf(managers);
    }
  }

  /**
   * Answers a heartbeat.
   *
   * @param heartbeatPeriod the time to the next
   * @param stream of the present assignments; 0 = none asked for
   * @param sent number of the last set sent in it: an agent that does not get there missed one
   */
  record HeartbeatReply(String sessionId, Duration heartbeatPeriod, long stream, long sent)
      implements ManagerMessage {}

  /**
   * A set of assignments. Sets are chained: one that does not apply to the last one taken shows
   * that another was lost.
   *
   * @param stream of the request this answers
   * @param complete whether this is everything (then {@code appliesTo} is 0), or what changed
   * @param items dependencies come before the tasks that need them
   */
  record Assignments(
      String sessionId,
      long stream,
      boolean complete,
      long appliesTo,
      long resultsIn,
      List<AssignmentItem> items)
      implements ManagerMessage {
    public Assignments {
      items = List.copyOf(items);
    }
  }

  /** The report with this number, and all before it, are durable. */
  record StatusAck(String sessionId, long sequence) implements ManagerMessage {}

  /** A report held a task of another node; nothing of it was taken, and repeating it is no use. */
  record StatusRefused(String sessionId, long sequence, String detail) implements ManagerMessage {}

  /** Asks for the output of tasks of this node. */
  record SubscribeLogs(
      String sessionId, long subscription, List<String> taskIds, LogOptions options)
      implements ManagerMessage {
    public SubscribeLogs {
      taskIds = List.copyOf(taskIds);
    }
  }

  /** One batch of a task's output was consumed. */
  record LogAck(String sessionId, long subscription, String taskId) implements ManagerMessage {}

  /** Nobody wants this output any more. */
  record UnsubscribeLogs(String sessionId, long subscription) implements ManagerMessage {}
}
