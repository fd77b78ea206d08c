// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.dispatch.ManagerMessage;

/**
 * Follows the chain of assignment sets and notices when one is missing (S9.3, C9.11), also when it
 * was the last one: heartbeat replies tell how far the chain goes.
 */
final class AssignmentStream {
  private long stream;
  private long applied;
  private long appliedAtLastReply = -1;

  /** Begins anew; returns the number to ask with. */
  long restart() {
    applied = 0;
    appliedAtLastReply = -1;
    return ++stream;
  }

  /** What to do with a set. */
  Verdict judge(ManagerMessage.Assignments set) {
    if (set.stream() != stream || set.resultsIn() <= applied) {
      return Verdict.IGNORE;
    }
    if (set.complete() || (applied > 0 && set.appliesTo() == applied)) {
      applied = set.resultsIn();
      return Verdict.APPLY;
    }
    // Before the first set there is nothing a later one could apply to: it overtook the first.
    return applied == 0 ? Verdict.IGNORE : Verdict.RESTART;
  }

  /**
   * Whether a set, or the request itself, must have been lost: the manager is ahead, or knows
   * nothing of this stream, and nothing has arrived since the reply before.
   */
  boolean isStuck(ManagerMessage.HeartbeatReply reply) {
    boolean behind = reply.stream() != stream || reply.sent() > applied;
    boolean stuck = behind && applied == appliedAtLastReply;
    appliedAtLastReply = behind ? applied : -1;
    return stuck;
  }

  enum Verdict {
    APPLY,
    IGNORE,
    RESTART
  }
}
