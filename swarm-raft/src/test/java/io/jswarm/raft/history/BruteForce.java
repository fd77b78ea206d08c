// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import io.jswarm.raft.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Tries every order of a few operations. */
final class BruteForce {
  private BruteForce() {}

  static boolean explains(List<Operation> operations) {
    List<Operation> possible = new ArrayList<>(operations);
    possible.removeIf(operation -> operation.outcome() == Outcome.FAILED);
    return explains(possible, Register.EMPTY, operations);
  }

  private static boolean explains(List<Operation> left, Register register, List<Operation> all) {
    if (left.stream().allMatch(each -> each.outcome() == Outcome.UNKNOWN)) {
      return true;
    }
    for (Operation next : left) {
      if (left.stream().anyMatch(each -> each.before(next))) {
        continue;
      }
      // What an unknown read would have found is not known either.
      Register after =
          next.outcome() == Outcome.UNKNOWN && next.kind() == Operation.Kind.READ
              ? register
              : register.after(next, versionOf(next, all));
      if (after != null) {
        List<Operation> others = new ArrayList<>(left);
        others.remove(next);
        if (explains(others, after, all)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Of a value that was read, the version is known even if its writer is not. */
  private static long versionOf(Operation write, List<Operation> all) {
    if (write.outcome() == Outcome.OK && write.version() != Operation.NO_VERSION) {
      return write.version();
    }
    for (Operation read : all) {
      if (read.kind() == Operation.Kind.READ
          && read.outcome() == Outcome.OK
          && read.readValue() == write.value()
          && write.value() != Operation.ABSENT
          && read.version() != Operation.NO_VERSION) {
        return read.version();
      }
    }
    return Operation.NO_VERSION;
  }
}
