// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a list is what its clients appended: nothing acknowledged is lost, nothing is there twice
 * or from nowhere, and what had ended before another began comes before it.
 */
public final class AppendOnly {
  /** More say nothing new. */
  private static final int MAX_PROBLEMS = 20;

  private final Map<Long, Operation> appends = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * @param operations of one list; all are {@link Operation.Kind#APPEND}
   */
  public AppendOnly(List<Operation> operations) {
    for (Operation operation : operations) {
      if (operation.kind() != Operation.Kind.APPEND) {
        throw new IllegalArgumentException("not of a list: " + operation);
      }
      if (appends.put(operation.value(), operation) != null) {
        throw new IllegalArgumentException("two clients appended " + operation.value());
      }
    }
  }

  /** Checks what a replica has at the end, when nothing is on its way any more. */
  public AppendOnly ended(String replica, List<Long> ids) {
    contents(replica, ids, Long.MAX_VALUE, Long.MAX_VALUE);
    return this;
  }

  /** Checks what a client read, which must be no older than its start. */
  public AppendOnly read(String reader, List<Long> ids, long start, long end) {
    contents(reader, ids, start, end);
    return this;
  }

  /** Checks that one of the two has only more at its end than the other. */
  public AppendOnly samePrefix(String one, List<Long> first, String other, List<Long> second) {
    for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
      if (!first.get(i).equals(second.get(i))) {
        problem(
            String.format(
                "at %d, %s has %d and %s has %d", i, one, first.get(i), other, second.get(i)));
        break;
      }
    }
    return this;
  }

  private void contents(String where, List<Long> ids, long start, long end) {
    Set<Long> seen = new HashSet<>();
    Operation latestStart = null;
    for (long id : ids) {
      Operation append = appends.get(id);
      if (append == null) {
        problem(String.format("%s has %d, which nobody appended", where, id));
        continue;
      }
      if (!seen.add(id)) {
        problem(String.format("%s has twice: %s", where, append));
      }
      if (append.outcome() == Operation.Outcome.FAILED) {
        problem(String.format("%s has what failed: %s", where, append));
      }
      if (append.start() > end) {
        problem(String.format("%s has what began only later: %s", where, append));
      }
      if (latestStart != null && append.before(latestStart)) {
        problem(
            String.format("%s has in the wrong order: %s, then %s", where, latestStart, append));
      }
      if (latestStart == null || append.start() > latestStart.start()) {
        latestStart = append;
      }
    }
    for (Operation append : appends.values()) {
      if (append.outcome() == Operation.Outcome.OK
          && append.end() < start
          && !seen.contains(append.value())) {
        problem(String.format("%s has lost: %s", where, append));
      }
    }
  }

  private void problem(String text) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(text);
    }
  }

  /** Of all checks so far, none if they passed. */
  public List<String> problems() {
    return List.copyOf(problems);
  }
}
