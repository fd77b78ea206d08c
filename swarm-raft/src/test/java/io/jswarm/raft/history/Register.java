// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import org.jspecify.annotations.Nullable;

/**
 * What one key holds: a value and its version, or nothing. Versions only grow; the one that a write
 * of unknown outcome made is not known until a read finds it.
 *
 * @param value {@link Operation#ABSENT} if there is none
 * @param version the highest made so far
 * @param known whether it is the value's; if not, that is a higher one
 */
record Register(long value, long version, boolean known) {
  static final Register EMPTY = new Register(Operation.ABSENT, 0, true);

  /**
   * What the key holds after this operation, or null if it could not have ended here as it did. An
   * operation without effect returns this. One of unknown outcome is taken to have its effect.
   *
   * @param made the version that a write made, {@link Operation#NO_VERSION} if nobody was told
   */
  @Nullable Register after(Operation operation, long made) {
    return switch (operation.kind()) {
      case READ -> afterRead(operation);
      case WRITE -> written(operation, made, version);
      case CAS -> afterCas(operation, made);
      case APPEND -> throw new IllegalArgumentException("not of a register: " + operation);
    };
  }

  private @Nullable Register afterRead(Operation read) {
    if (read.readValue() != value) {
      return null;
    }
    if (read.version() == Operation.NO_VERSION || holds(read.version())) {
      return this;
    }
    return known || read.version() <= version ? null : new Register(value, read.version(), true);
  }

  private @Nullable Register afterCas(Operation cas, long made) {
    if (cas.outcome() == Operation.Outcome.MISMATCH) {
      return holds(cas.expected()) ? null : this;
    }
    boolean mayHold = holds(cas.expected()) || (!known && cas.expected() > version);
    return mayHold ? written(cas, made, Math.max(version, cas.expected())) : null;
  }

  /** For certain. What is absent has version zero. */
  boolean holds(long asked) {
    return value == Operation.ABSENT ? asked == 0 : known && asked == version;
  }

  private static @Nullable Register written(Operation write, long made, long highest) {
    boolean told = made != Operation.NO_VERSION;
    if (told && made <= highest) {
      return null;
    }
    return new Register(
        write.value(), told ? made : highest, told || write.value() == Operation.ABSENT);
  }
}
