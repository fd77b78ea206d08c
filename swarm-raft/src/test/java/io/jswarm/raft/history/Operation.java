// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import java.util.function.LongSupplier;

/**
 * One call of a client, from {@link History.Client}. Exactly one of the methods that end it may be
 * called, by any thread, at most once; an operation that nothing ends is {@link Outcome#UNKNOWN}.
 * Times are nanoseconds of one clock.
 */
public final class Operation {
  /** The value of what does not exist; its version is zero too. */
  public static final long ABSENT = 0;

  /** For a version that the client was not told. */
  public static final long NO_VERSION = -1;

  public enum Kind {
    READ,
    WRITE,
    /** A write on condition that the version is still the one that the client knows. */
    CAS,
    /** Adds an id to the end of a list. */
    APPEND
  }

  public enum Outcome {
    OK,
    /** The condition of a {@link Kind#CAS} was not met. */
    MISMATCH,
    /** It did not happen and never will. */
    FAILED,
    /** It has happened, or will, or not. */
    UNKNOWN
  }

  private final int process;
  private final String key;
  private final Kind kind;
  private final long value;
  private final long expected;
  private final LongSupplier clock;
  private final long start;
  private long end = Long.MAX_VALUE;
  private long readValue;
  private long version = NO_VERSION;
  // Written last: publishes what is written before it.
  private volatile Outcome outcome = Outcome.UNKNOWN;

  Operation(int process, String key, Kind kind, long value, long expected, LongSupplier clock) {
    this.process = process;
    this.key = key;
    this.kind = kind;
    this.value = value;
    this.expected = expected;
    this.clock = clock;
    start = clock.getAsLong();
  }

  /** A read's answer; {@link #ABSENT} and zero if there is nothing. */
  public void found(long value, long version) {
    end(Outcome.OK, value, version);
  }

  /** A write's answer: the version it made, or {@link #NO_VERSION}. */
  public void written(long version) {
    end(Outcome.OK, ABSENT, version);
  }

  /** The condition was not met. */
  public void mismatch() {
    end(Outcome.MISMATCH, ABSENT, NO_VERSION);
  }

  /** It certainly did not happen, as when the server was not the leader. */
  public void failed() {
    end(Outcome.FAILED, ABSENT, NO_VERSION);
  }

  private void end(Outcome how, long found, long foundVersion) {
    if (outcome != Outcome.UNKNOWN) {
      throw new IllegalStateException("ended twice: " + this);
    }
    readValue = found;
    version = foundVersion;
    end = clock.getAsLong();
    outcome = how;
  }

  public int process() {
    return process;
  }

  public String key() {
    return key;
  }

  public Kind kind() {
    return kind;
  }

  /** What a write writes, or an append appends. */
  public long value() {
    return value;
  }

  /** The version on which a {@link Kind#CAS} depends; zero: nothing must exist. */
  public long expected() {
    return expected;
  }

  public Outcome outcome() {
    return outcome;
  }

  public long start() {
    return start;
  }

  /** {@link Long#MAX_VALUE} if unknown: it may take effect at any time from its start on. */
  public long end() {
    return outcome == Outcome.UNKNOWN ? Long.MAX_VALUE : end;
  }

  /** What a read found. */
  public long readValue() {
    return readValue;
  }

  /** The version that a read found or a write made. */
  public long version() {
    return version;
  }

  /** Whether this operation had ended, for everyone to see, before the other began. */
  public boolean before(Operation other) {
    return end() < other.start;
  }

  @Override
  public String toString() {
    String argument =
        switch (kind) {
          case READ -> "";
          case WRITE, APPEND -> String.valueOf(value);
          case CAS -> value + " if version " + expected;
        };
    String result =
        outcome != Outcome.OK
            ? outcome.toString()
            : kind == Kind.READ ? readValue + " of version " + version : "version " + version;
    return String.format(
        "process %d [%d, %s] %s(%s %s) = %s",
        process,
        start,
        outcome == Outcome.UNKNOWN ? "..." : String.valueOf(end),
        kind,
        key,
        argument,
        result);
  }
}
