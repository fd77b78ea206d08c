// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.AlreadyExistsException;
import io.jswarm.FailedPreconditionException;
import io.jswarm.IndeterminateResultException;
import io.jswarm.InvalidSpecException;
import io.jswarm.InvalidSpecException.Violation;
import io.jswarm.NotFoundException;
import io.jswarm.NotLeaderException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.UnimplementedException;
import io.jswarm.VersionConflictException;
import io.jswarm.transport.Message;
import java.util.List;

/** What managers tell each other about requests to the leader. */
sealed interface ControlMessage extends Message {
  /** The channel is open; before this nothing of worth is sent. */
  record Welcome() implements ControlMessage {}

  /**
   * Asks for something.
   *
   * @param id grows with each call on a channel, so that a repetition is recognised
   */
  record Call(long id, ControlRequest<?> request) implements ControlMessage {}

  /** Whoever waits for an answer asks now and then whether the other end is still there. */
  record Ping() implements ControlMessage {}

  /** It is. */
  record Pong() implements ControlMessage {}

  /**
   * It was done.
   *
   * @param version a version of the store that shows it
   */
  record Answer(long id, Object value, long version) implements ControlMessage {}

  /**
   * It was not, or nobody knows.
   *
   * @param leader who to ask instead, for NOT_LEADER; empty = unknown
   * @param violations what is wrong with a spec, for INVALID_SPEC
   */
  record Failure(
      long id,
      SwarmException.ErrorCode code,
      String message,
      String leader,
      List<Violation> violations)
      implements ControlMessage {
    public Failure {
      violations = List.copyOf(violations);
    }

    static Failure of(long id, Throwable error) {
      if (error instanceof SwarmException known) {
        return new Failure(
            id,
            known.code(),
            String.valueOf(known.getMessage()),
            known instanceof NotLeaderException elsewhere ? elsewhere.leader().orElse("") : "",
            known instanceof InvalidSpecException invalid ? invalid.violations() : List.of());
      }
      return new Failure(
          id, SwarmException.ErrorCode.UNAVAILABLE, "the leader failed: " + error, "", List.of());
    }

    SwarmException toException() {
      return switch (code) {
        case INVALID_SPEC -> new InvalidSpecException(invalid(), violations);
        case NOT_FOUND -> new NotFoundException(message);
        case ALREADY_EXISTS -> new AlreadyExistsException(message);
        case VERSION_CONFLICT -> new VersionConflictException(message);
        case FAILED_PRECONDITION -> new FailedPreconditionException(message);
        case PERMISSION_DENIED -> new PermissionDeniedException(message);
        case UNIMPLEMENTED -> new UnimplementedException(message);
        case NOT_LEADER -> new NotLeaderException(message, leader.isEmpty() ? null : leader);
        case INDETERMINATE_RESULT -> new IndeterminateResultException(message);
        case UNAVAILABLE, TASK_RUNTIME -> new UnavailableException(message);
      };
    }

    /** What is invalid, which the exception told before the violations. */
    private String invalid() {
      String before = "invalid ";
      String after = ": " + violations.get(0);
      int end = message.indexOf(after);
      return message.startsWith(before) && end > before.length()
          ? message.substring(before.length(), end)
          : "request";
    }
  }
}
