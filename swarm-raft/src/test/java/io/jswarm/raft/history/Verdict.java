// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import java.util.List;

/**
 * What a check found. Only {@link Passed} is good: a check that gave up is a failure of the test.
 */
public sealed interface Verdict {

  default boolean passed() {
    return this instanceof Passed;
  }

  /**
   * @param operations looked at
   * @param unknown of these, without an outcome
   */
  record Passed(int operations, int unknown) implements Verdict {}

  /**
   * @param key of which no order of operations explains all answers
   * @param explained how many the longest order found explains
   * @param last of these
   * @param unexplained none of which could come next
   */
  record Violated(String key, int explained, List<Operation> last, List<Operation> unexplained)
      implements Verdict {
    static final int SHOWN = 20;

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("no order explains all of ").append(key);
      text.append("\n  explained are ").append(explained).append(", the last:");
      last.forEach(each -> text.append("\n    ").append(each));
      text.append("\n  then none of:");
      unexplained.forEach(each -> text.append("\n    ").append(each));
      return text.toString();
    }
  }

  /**
   * @param key for which it took too long
   * @param configurations looked at
   */
  record GaveUp(String key, long configurations) implements Verdict {}
}
