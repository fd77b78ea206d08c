// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.raft.chaos.ControlClient.Outcome;
import io.jswarm.raft.history.History;
import io.jswarm.raft.history.Linearizability;
import io.jswarm.raft.history.Operation;
import io.jswarm.raft.history.Verdict;
import java.util.List;
import java.util.Optional;

/** Judges a register by searching for an order that explains all answers. */
final class LinearizableRegister implements Ledger.HistoryChecker {
  private final Linearizability linearizability = new Linearizability();
  private long now;

  @Override
  public Optional<String> violation(List<Ledger.Op> history) {
    History copy = new History(() -> now);
    History.Client client = copy.client();
    for (Ledger.Op op : history) {
      now = op.invoked;
      String key = Integer.toString(op.key);
      Operation operation =
          switch (op.kind) {
            case READ -> client.read(key);
            case CAS -> client.cas(key, op.expected, op.id);
            default -> client.write(key, op.id);
          };
      now = op.completed();
      end(operation, op);
    }
    Verdict verdict = linearizability.check(copy.operations());
    return verdict.passed() ? Optional.empty() : Optional.of(verdict.toString());
  }

  private static void end(Operation operation, Ledger.Op op) {
    if (op.outcome() == Outcome.FAIL) {
      operation.failed();
    } else if (op.outcome() == Outcome.OK) {
      switch (op.kind) {
        case READ -> operation.found(op.value(), op.version());
        case CAS -> {
          if (op.effect()) {
            operation.written(op.position());
          } else {
            operation.mismatch();
          }
        }
        default -> operation.written(op.position());
      }
    }
  }
}
