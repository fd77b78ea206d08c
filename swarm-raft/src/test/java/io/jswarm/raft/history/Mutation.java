// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import io.jswarm.raft.history.Operation.Kind;
import io.jswarm.raft.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Changes one answer of a right history so that nothing can explain it. Each looks for operations
 * whose times leave no doubt.
 */
enum Mutation {
  OVERWRITTEN_VALUE_IS_READ {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation read = c.any(Kind.READ, Outcome.OK);
      Operation first = c.write();
      Operation second = c.write();
      return c.all(read, first, second)
              && first.before(second)
              && second.before(read)
              && first.value() != Operation.ABSENT
          ? with(read, read.expected(), Outcome.OK, first.value(), first.version())
          : null;
    }
  },
  VALUE_IS_READ_BEFORE_IT_IS_WRITTEN {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation read = c.any(Kind.READ, Outcome.OK);
      Operation write = c.write();
      return c.all(read, write) && read.before(write) && write.value() != Operation.ABSENT
          ? with(read, 0, Outcome.OK, write.value(), write.version())
          : null;
    }
  },
  VALUE_FROM_NOWHERE_IS_READ {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation read = c.any(Kind.READ, Outcome.OK);
      return c.all(read) ? with(read, 0, Outcome.OK, 1_000_000, Operation.NO_VERSION) : null;
    }
  },
  VALUE_OF_A_FAILED_WRITE_IS_READ {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation read = c.any(Kind.READ, Outcome.OK);
      Operation failed = c.any(Kind.WRITE, Outcome.FAILED);
      return c.all(read, failed) && failed.value() != Operation.ABSENT
          ? with(read, 0, Outcome.OK, failed.value(), Operation.NO_VERSION)
          : null;
    }
  },
  ANOTHER_VERSION_IS_READ {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation read = c.any(Kind.READ, Outcome.OK);
      Operation write = c.write();
      return c.all(read, write)
              && read.readValue() == write.value()
              && write.value() != Operation.ABSENT
          ? with(read, 0, Outcome.OK, read.readValue(), read.version() + 1)
          : null;
    }
  },
  ACKNOWLEDGED_WRITE_IS_LOST {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation read = c.any(Kind.READ, Outcome.OK);
      Operation write = c.write();
      return c.all(read, write) && write.before(read) && !c.deletes()
          ? with(read, 0, Outcome.OK, Operation.ABSENT, 0)
          : null;
    }
  },
  CONDITION_ON_AN_OVERWRITTEN_VERSION_HOLDS {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation cas = c.any(Kind.CAS, Outcome.OK);
      Operation first = c.write();
      Operation second = c.write();
      return c.all(cas, first, second)
              && first.before(second)
              && second.before(cas)
              && first.value() != Operation.ABSENT
          ? with(cas, first.version(), Outcome.OK, 0, cas.version())
          : null;
    }
  },
  ONE_CONDITION_HOLDS_TWICE {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation first = c.any(Kind.CAS, Outcome.OK);
      Operation second = c.any(Kind.CAS, Outcome.OK);
      return c.all(first, second) && first != second && first.expected() != 0
          ? with(second, first.expected(), Outcome.OK, 0, second.version())
          : null;
    }
  },
  CONDITION_THAT_HOLDS_IS_NOT_MET {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation cas = c.any(Kind.CAS, Outcome.OK);
      Operation write = c.write();
      return c.all(cas, write)
              && write.before(cas)
              && write.value() != Operation.ABSENT
              && c.nothingBetween(write, cas)
          ? with(cas, write.version(), Outcome.MISMATCH, 0, 0)
          : null;
    }
  },
  VERSION_COMES_AGAIN {
    @Override
    @Nullable Operation change(Candidates c) {
      Operation first = c.write();
      Operation second = c.write();
      return c.all(first, second) && first.before(second)
          ? with(second, second.expected(), Outcome.OK, 0, first.version())
          : null;
    }
  };

  private static final int ATTEMPTS = 2_000;

  /** The changed operation; null if these do not fit. */
  abstract @Nullable Operation change(Candidates candidates);

  /** The history with one operation changed; null if none was found that would do. */
  @Nullable List<Operation> of(List<Operation> operations, SplittableRandom random) {
    Candidates candidates = new Candidates(operations, random);
    for (int i = 0; i < ATTEMPTS; i++) {
      Operation changed = change(candidates);
      if (changed != null) {
        List<Operation> mutated = new ArrayList<>(operations);
        mutated.replaceAll(
            each ->
                each.process() == changed.process() && each == candidates.original(changed)
                    ? changed
                    : each);
        return mutated;
      }
    }
    return null;
  }

  private static Operation with(
      Operation operation, long expected, Outcome outcome, long readValue, long version) {
    Iterator<Long> times = List.of(operation.start(), operation.end()).iterator();
    Operation changed =
        new Operation(
            operation.process(),
            operation.key(),
            operation.kind(),
            operation.value(),
            expected,
            times::next);
    if (outcome == Outcome.MISMATCH) {
      changed.mismatch();
    } else if (operation.kind() == Kind.READ) {
      changed.found(readValue, version);
    } else {
      changed.written(version);
    }
    return changed;
  }

  /** Draws operations at random. */
  static final class Candidates {
    private final List<Operation> operations;
    private final SplittableRandom random;

    Candidates(List<Operation> operations, SplittableRandom random) {
      this.operations = operations;
      this.random = random;
    }

    @Nullable Operation any(Kind kind, Outcome outcome) {
      Operation operation = operations.get(random.nextInt(operations.size()));
      return operation.kind() == kind && operation.outcome() == outcome ? operation : null;
    }

    /** That took effect. */
    @Nullable Operation write() {
      Operation operation = operations.get(random.nextInt(operations.size()));
      return operation.kind() != Kind.READ && operation.outcome() == Outcome.OK ? operation : null;
    }

    boolean all(Operation... drawn) {
      for (Operation operation : drawn) {
        if (operation == null) {
          return false;
        }
      }
      return true;
    }

    boolean deletes() {
      return operations.stream()
          .anyMatch(each -> each.kind() != Kind.READ && each.value() == Operation.ABSENT);
    }

    boolean nothingBetween(Operation write, Operation cas) {
      return operations.stream()
          .filter(each -> each.kind() != Kind.READ && each != write && each != cas)
          .filter(each -> each.outcome() == Outcome.OK || each.outcome() == Outcome.UNKNOWN)
          .allMatch(each -> each.before(write) || cas.before(each));
    }

    Operation original(Operation changed) {
      return operations.stream()
          .filter(
              each ->
                  each.process() == changed.process()
                      && each.start() == changed.start()
                      && each.end() == changed.end()
                      && each.kind() == changed.kind()
                      && each.value() == changed.value())
          .findFirst()
          .orElseThrow();
    }
  }
}
