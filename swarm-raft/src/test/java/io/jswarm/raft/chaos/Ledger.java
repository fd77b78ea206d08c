// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.raft.chaos.ControlClient.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * What clients asked for and were told, held against what managers applied. Positions are a
 * witness: an acknowledged operation names its own, so the order of all operations is known, and
 * checking is to replay it.
 *
 * <p>Clients add operations from any thread; checking is for one thread, while no client runs.
 */
final class Ledger {
  /** What a client does. */
  enum Kind {
    PUT,
    CAS,
    READ,
    MARK,
    RETIRE
  }

  /** An operation of a client; open until it is finished. */
  static final class Op {
    final Kind kind;
    final long id;
    final int key;
    final long expected;
    final long session;
    final long invoked;
    private long completed = Long.MAX_VALUE;
    private Outcome outcome = Outcome.UNKNOWN;
    private boolean finished;
    private long position;
    private boolean effect;
    private long value;
    private long version;

    private Op(Kind kind, long id, int key, long expected, long session, long invoked) {
      this.kind = kind;
      this.id = id;
      this.key = key;
      this.expected = expected;
      this.session = session;
      this.invoked = invoked;
    }

    /** When the answer came; far in the future if there was none. */
    long completed() {
      return completed;
    }

    Outcome outcome() {
      return outcome;
    }

    /** Where it is in the log; of a read, what it was read at. */
    long position() {
      return position;
    }

    /** Whether a CAS found what it expected. */
    boolean effect() {
      return effect;
    }

    /** What was read. */
    long value() {
      return value;
    }

    /** The version of what was read. */
    long version() {
      return version;
    }

    private synchronized boolean finish(ControlClient.Answer answer) {
      if (finished) {
        return false;
      }
      finished = true;
      outcome = answer.outcome();
      if (outcome == Outcome.UNKNOWN) {
        return true;
      }
      completed = System.nanoTime();
      if (outcome == Outcome.OK) {
        String[] words = answer.text().split(" ");
        position = Long.parseLong(words[0]);
        if (kind == Kind.READ) {
          value = Long.parseLong(words[1]);
          version = Long.parseLong(words[2]);
        } else {
          effect = Boolean.parseBoolean(words[1]);
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return String.format(
          "%s %s key %d %s%s",
          kind,
          kind == Kind.READ ? "" : Registers.Operation.name(id),
          key,
          outcome,
          outcome == Outcome.OK ? " at " + position : "");
    }
  }

  /** Judges the history of one register, without knowing positions. */
  interface HistoryChecker {
    /** What is wrong with it, if anything. */
    Optional<String> violation(List<Op> history);
  }

  private final HistoryChecker checker;
  private final Map<Long, Op> writes = new ConcurrentHashMap<>();
  private final List<Op> reads = new ArrayList<>();
  private final Map<Integer, Registers.Register> registers = new HashMap<>();
  private final Map<Long, Long> positions = new HashMap<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong unknown = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong answeredReads = new AtomicLong();
  private long checked;

  /** How many of each kind of violation were found. */
  record Counts(long lost, long twice, long nonLinearizable, long disordered) {
    long sum() {
      return lost + twice + nonLinearizable + disordered;
    }
  }

  /** What is wrong: all counted, few of each kind told. */
  private static final class Problems {
    private static final int TOLD = 6;

    private final List<String> told = new ArrayList<>();
    private final Map<String, Integer> found = new HashMap<>();

    void add(String kind, String what) {
      if (found.merge(kind, 1, Integer::sum) <= TOLD) {
        told.add(kind + ": " + what);
      }
    }
  }

  private long lost;
  private long twice;
  private long nonLinearizable;
  private long disordered;

  Ledger(HistoryChecker checker) {
    this.checker = checker;
  }

  /** Notes a write that is about to be sent; {@code session} is the connection it goes over. */
  Op write(Kind kind, long id, int key, long expected, long session) {
    Op op = new Op(kind, id, key, expected, session, System.nanoTime());
    writes.put(id, op);
    return op;
  }

  /** Notes a read that is about to be sent. */
  Op read(int key, long session) {
    Op op = new Op(Kind.READ, 0, key, 0, session, System.nanoTime());
    synchronized (reads) {
      reads.add(op);
    }
    return op;
  }

  /** Takes the answer of an operation; the first one counts. */
  void finish(Op op, ControlClient.Answer answer) {
    if (!op.finish(answer)) {
      return;
    }
    if (op.kind == Kind.READ) {
      if (op.outcome() == Outcome.OK) {
        answeredReads.incrementAndGet();
      }
      return;
    }
    switch (op.outcome()) {
      case OK -> acknowledged.incrementAndGet();
      case FAIL -> refused.incrementAndGet();
      case UNKNOWN -> unknown.incrementAndGet();
    }
  }

  /** The last position checked. */
  long checked() {
    return checked;
  }

  Counts counts() {
    return new Counts(lost, twice, nonLinearizable, disordered);
  }

  String summary() {
    return String.format(
        "%d writes acknowledged, %d unknown, %d refused, %d reads",
        acknowledged.get(), unknown.get(), refused.get(), answeredReads.get());
  }

  long acknowledged() {
    return acknowledged.get();
  }

  /** When the first write was acknowledged that was asked for after {@code nanos}; 0 if none. */
  long firstAcknowledgedAfter(long nanos) {
    return writes.values().stream()
        .filter(op -> op.outcome() == Outcome.OK && op.invoked - nanos > 0)
        .mapToLong(Op::completed)
        .min()
        .orElse(0);
  }

  /**
   * Checks all operations since the last call.
   *
   * @param applied the ids applied at the positions after {@link #checked}, in order
   * @param firstKey the first key whose history is complete and to be judged by itself
   * @param lastKey the last such key
   * @param forgetBefore clients with lower numbers will not be heard of again
   * @return what is wrong
   */
  List<String> check(List<Long> applied, int firstKey, int lastKey, int forgetBefore) {
    Problems problems = new Problems();
    List<Op> newReads;
    synchronized (reads) {
      newReads = new ArrayList<>(reads);
      reads.clear();
    }
    newReads.removeIf(op -> op.outcome() != Outcome.OK);
    Map<Long, List<Op>> readsAt =
        newReads.stream()
            .collect(Collectors.groupingBy(Op::position, TreeMap::new, Collectors.toList()));
    long first = checked + 1;
    long last = checked + applied.size();
    for (Op read : newReads) {
      if (read.position() < checked || read.position() > last) {
        problems.add(
            "stale or early", read + " while positions " + checked + " to " + last + " are due");
        nonLinearizable++;
      }
    }
    Sweep sweep = new Sweep();
    readsAt.getOrDefault(checked, List.of()).forEach(read -> checkRead(read, sweep, problems));
    for (long position = first; position <= last; position++) {
      replay(position, applied.get((int) (position - first)), sweep, problems);
      readsAt.getOrDefault(position, List.of()).forEach(read -> checkRead(read, sweep, problems));
    }
    checked = last;
    checkAcknowledged(problems);
    checkSessions(problems);
    checkHistories(newReads, firstKey, lastKey, problems);
    forget(forgetBefore);
    return problems.told;
  }

  private void replay(long position, long id, Sweep sweep, Problems problems) {
    Op op = writes.get(id);
    Long before = positions.put(id, position);
    if (before != null) {
      twice++;
      problems.add(
          "applied twice",
          Registers.Operation.name(id) + " applied at " + before + " and again at " + position);
      return;
    }
    if (op == null) {
      problems.add("nobody's", "position " + position + " holds " + Registers.Operation.name(id));
      disordered++;
      return;
    }
    if (op.outcome() == Outcome.FAIL) {
      disordered++;
      problems.add("refused", "and yet applied at " + position + ": " + op);
    }
    if (op.outcome() == Outcome.OK && op.position() != position) {
      disordered++;
      problems.add("elsewhere", "applied at " + position + ", but acknowledged as " + op);
    }
    boolean effect = true;
    if (op.kind == Kind.CAS) {
      effect = registers.getOrDefault(op.key, Registers.Register.EMPTY).version() == op.expected;
    }
    if (op.kind == Kind.PUT || (op.kind == Kind.CAS && effect)) {
      registers.put(op.key, new Registers.Register(id, position));
    }
    if (op.outcome() == Outcome.OK && op.effect() != effect) {
      nonLinearizable++;
      problems.add(
          "wrong answer", op + " took effect: " + effect + ", and was told: " + op.effect());
    }
    sweep.next(op, problems);
  }

  private void checkRead(Op read, Sweep sweep, Problems problems) {
    Registers.Register register = registers.getOrDefault(read.key, Registers.Register.EMPTY);
    if (read.value() != register.value() || read.version() != register.version()) {
      nonLinearizable++;
      problems.add(
          "wrong value",
          String.format(
              "read %s version %d where %s version %d was: %s",
              Registers.Operation.name(read.value()),
              read.version(),
              Registers.Operation.name(register.value()),
              register.version(),
              read));
    }
    sweep.next(read, problems);
  }

  /** Whether the order of positions is an order in real time too. */
  private final class Sweep {
    private long latestInvocation = Long.MIN_VALUE;
    private Op latest;

    void next(Op op, Problems problems) {
      if (op.completed() < latestInvocation) {
        nonLinearizable++;
        problems.add(
            "out of time",
            String.format(
                "%s comes after %s, which was asked for %d µs after its answer",
                op, latest, (latestInvocation - op.completed()) / 1_000));
      }
      if (op.invoked > latestInvocation) {
        latestInvocation = op.invoked;
        latest = op;
      }
    }
  }

  private void checkAcknowledged(Problems problems) {
    for (Op op : writes.values()) {
      if (op.outcome() == Outcome.OK && !positions.containsKey(op.id)) {
        lost++;
        problems.add("lost", op + "; positions up to " + checked + " were applied");
      }
    }
  }

  /** Proposals of one connection are applied in their order, or the later ones are not at all. */
  private void checkSessions(Problems problems) {
    Map<Long, List<Op>> sessions =
        writes.values().stream().collect(Collectors.groupingBy(op -> op.session));
    for (List<Op> session : sessions.values()) {
      session.sort(Comparator.comparingInt(op -> Registers.Operation.number(op.id)));
      Op missing = null;
      long position = 0;
      for (Op op : session) {
        Long at = positions.get(op.id);
        if (at == null) {
          missing = op.outcome() == Outcome.FAIL ? missing : op;
        } else if (missing != null || at < position) {
          disordered++;
          problems.add(
              "out of order",
              op
                  + " applied at "
                  + at
                  + (missing == null
                      ? " after its successor at " + position
                      : ", but what was proposed before it is not: " + missing));
          break;
        } else {
          position = at;
        }
      }
    }
  }

  private void checkHistories(List<Op> newReads, int firstKey, int lastKey, Problems problems) {
    Map<Integer, List<Op>> histories = new TreeMap<>();
    for (Op op : writes.values()) {
      if (op.key >= firstKey && op.key <= lastKey && (op.kind == Kind.PUT || op.kind == Kind.CAS)) {
        histories.computeIfAbsent(op.key, key -> new ArrayList<>()).add(op);
      }
    }
    for (Op op : newReads) {
      histories.computeIfAbsent(op.key, key -> new ArrayList<>()).add(op);
    }
    histories.forEach(
        (key, history) -> {
          history.sort(Comparator.comparingLong(op -> op.invoked));
          checker
              .violation(history)
              .ifPresent(
                  problem -> {
                    nonLinearizable++;
                    problems.add("not linearizable", "key " + key + ": " + problem);
                  });
        });
  }

  private void forget(int before) {
    writes
        .values()
        .removeIf(
            op -> {
              boolean old = Registers.Operation.client(op.id) < before;
              if (old) {
                positions.remove(op.id);
              }
              return old;
            });
  }
}
