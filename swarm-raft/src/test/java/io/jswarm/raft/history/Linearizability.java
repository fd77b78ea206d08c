// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import io.jswarm.raft.history.Operation.Kind;
import io.jswarm.raft.history.Operation.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether operations on registers could have happened one at a time, each at a moment between its
 * start and its end. Each key is checked by itself, by the search of Wing and Gong with Lowe's
 * memory of the configurations already tried: the set of operations put in order, and what they
 * lead to.
 *
 * <p>The search is exponential in the operations that overlap. Versions make it short, as they
 * leave the writes one order; without them, and with more than ten clients on a key, expect {@link
 * Verdict.GaveUp}.
 */
public final class Linearizability {
  /** Of one key; some hundred bytes each. */
  private static final int MAX_CONFIGURATIONS = 1_000_000;

  private final int maxConfigurations;

  public Linearizability() {
    this(MAX_CONFIGURATIONS);
  }

  /**
   * @param maxConfigurations of one key after which a check gives up
   */
  public Linearizability(int maxConfigurations) {
    this.maxConfigurations = maxConfigurations;
  }

  /** The first key that does not pass, or {@link Verdict.Passed}. */
  public Verdict check(List<Operation> operations) {
    int unknown = 0;
    for (List<Operation> ofKey : byKey(operations).values()) {
      Verdict verdict = new Search(ofKey).run();
      if (!(verdict instanceof Verdict.Passed passed)) {
        return verdict;
      }
      unknown += passed.unknown();
    }
    return new Verdict.Passed(operations.size(), unknown);
  }

  private static Map<String, List<Operation>> byKey(List<Operation> operations) {
    Map<String, List<Operation>> keys = new LinkedHashMap<>();
    for (Operation operation : operations) {
      keys.computeIfAbsent(operation.key(), key -> new ArrayList<>()).add(operation);
    }
    return keys;
  }

  /** An operation's start, or its end, in the order of time. */
  private static final class Event {
    final Operation operation;
    final boolean start;

    /** Among those that ended, or among those that did not, by start. */
    final int number;

    /** That a write made; {@link Operation#NO_VERSION} if no answer tells. */
    long version = Operation.NO_VERSION;

    /** Of an operation that did not end: no read found its value. */
    boolean traceless;

    /** Of a start; null if the operation did not end. */
    @Nullable Event end;

    @Nullable Event previous;
    @Nullable Event next;

    Event(Operation operation, boolean start, int number) {
      this.operation = operation;
      this.start = start;
      this.number = number;
    }

    long time() {
      return start ? operation.start() : operation.end();
    }

    /** It can have no effect. */
    boolean looks() {
      return operation.kind() == Kind.READ || operation.outcome() == Outcome.MISMATCH;
    }

    void unlink() {
      previous.next = next;
      if (next != null) {
        next.previous = previous;
      }
    }

    void relink() {
      previous.next = this;
      if (next != null) {
        next.previous = this;
      }
    }
  }

  /**
   * What has been put in order and what it leads to. Operations come in the order of their starts:
   * all before {@code low} are in, and so are those of the bits after it.
   */
  private static final class Configuration {
    private final int low;
    private final long[] ended;
    private final long[] open;
    private final Register register;

    Configuration(int low, long[] ended, long[] open, Register register) {
      this.low = low;
      this.ended = ended;
      this.open = open;
      this.register = register;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Configuration that
          && low == that.low
          && register.equals(that.register)
          && Arrays.equals(ended, that.ended)
          && Arrays.equals(open, that.open);
    }

    @Override
    public int hashCode() {
      return ((Arrays.hashCode(ended) * 31 + Arrays.hashCode(open)) * 31 + low) * 31
          + register.hashCode();
    }
  }

  private enum Taking {
    DONE,
    NOT_NOW,
    /** Nothing that could come instead would help. */
    DEAD_END
  }

  private record Step(Event event, Register before, int low, boolean forced) {}

  /** Of one key. */
  private final class Search {
    private final String key;
    private final int unknown;
    private final Event head = new Event(null, false, -1);
    private final Deque<Step> steps = new ArrayDeque<>();
    private final Set<Configuration> tried = new HashSet<>();
    private final long[] ended;
    private final long[] open;

    /** Of all writes whose version is known, in that order. */
    private final long[] versions;

    /** A condition held, or may have, on a version that no known write made. */
    private boolean strangeConditions;

    private int low;
    private int endsLeft;
    private int versionsTaken;
    private Register register = Register.EMPTY;
    private int longest = -1;
    private Deque<Operation> explained = new ArrayDeque<>();
    private List<Operation> unexplained = List.of();

    Search(List<Operation> operations) {
      key = operations.get(0).key();
      List<Operation> told = new ArrayList<>();
      List<Operation> untold = new ArrayList<>();
      for (Operation operation : operations) {
        if (operation.outcome() == Outcome.UNKNOWN) {
          untold.add(operation);
        } else if (operation.outcome() != Outcome.FAILED) {
          told.add(operation);
        }
      }
      unknown = untold.size();
      untold.removeIf(operation -> operation.kind() == Kind.READ);
      told.sort(Comparator.comparingLong(Operation::start));
      untold.sort(Comparator.comparingLong(Operation::start));
      ended = new long[told.size() / Long.SIZE + 1];
      open = new long[(untold.size() + Long.SIZE - 1) / Long.SIZE];
      endsLeft = told.size();
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < told.size(); i++) {
        Event start = new Event(told.get(i), true, i);
        start.end = new Event(told.get(i), false, i);
        events.add(start);
        events.add(start.end);
      }
      for (int i = 0; i < untold.size(); i++) {
        events.add(new Event(untold.get(i), true, i));
      }
      versions = deduceVersions(events);
      link(events);
    }

    /** Values are written once, so a read tells which write made its version. */
    private long[] deduceVersions(List<Event> events) {
      Map<Long, Long> read = new HashMap<>();
      Set<Long> made = new HashSet<>(Set.of(0L));
      for (Event event : events) {
        if (event.start && event.operation.kind() == Kind.READ) {
          read.merge(event.operation.readValue(), event.operation.version(), Math::max);
        }
      }
      List<Long> known = new ArrayList<>();
      for (Event event : events) {
        if (!event.start || event.looks()) {
          continue;
        }
        long value = event.operation.value();
        event.version = event.end == null ? Operation.NO_VERSION : event.operation.version();
        if (event.version == Operation.NO_VERSION && value != Operation.ABSENT) {
          event.version = read.getOrDefault(value, Operation.NO_VERSION);
        }
        event.traceless = event.end == null && !read.containsKey(value);
        if (event.version != Operation.NO_VERSION) {
          known.add(event.version);
          made.add(event.version);
        }
      }
      for (Event event : events) {
        strangeConditions |=
            event.start
                && event.operation.kind() == Kind.CAS
                && !event.looks()
                && !event.traceless
                && !made.contains(event.operation.expected());
      }
      return known.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    private void link(List<Event> events) {
      // At the same time the start comes first: the two are then taken to overlap.
      events.sort(
          Comparator.comparingLong(Event::time).thenComparing(event -> event.start ? 0 : 1));
      Event last = head;
      for (Event event : events) {
        last.next = event;
        event.previous = last;
        last = event;
      }
    }

    Verdict run() {
      Event event = head.next;
      while (endsLeft > 0) {
        Event following = event.next;
        Taking taking = event.start ? take(event) : Taking.DEAD_END;
        if (taking == Taking.DONE) {
          event = head.next;
        } else if (taking == Taking.NOT_NOW) {
          event = following;
        } else {
          remember(event);
          Event undone = undo();
          if (undone == null) {
            return new Verdict.Violated(key, longest, List.copyOf(explained), unexplained);
          }
          event = undone.next;
        }
        if (tried.size() > maxConfigurations) {
          return new Verdict.GaveUp(key, tried.size());
        }
      }
      return new Verdict.Passed(steps.size(), unknown);
    }

    /** Puts this operation next, if it fits and leads to something new. */
    private Taking take(Event event) {
      boolean versioned = event.version != Operation.NO_VERSION;
      if (versioned && event.version != versions[versionsTaken]) {
        return Taking.NOT_NOW;
      }
      if (event.traceless && !strangeConditions && !isNeeded(event)) {
        return Taking.NOT_NOW;
      }
      Register after = register.after(event.operation, event.version);
      if (after == null) {
        return Taking.NOT_NOW;
      }
      // What can only look, and sees what it should, may as well come now: no other order need be
      // tried.
      boolean forced = event.looks() && after.equals(register);
      int lowBefore = low;
      mark(event, true);
      if (!tried.add(configuration(after))) {
        mark(event, false);
        low = lowBefore;
        return forced ? Taking.DEAD_END : Taking.NOT_NOW;
      }
      steps.push(new Step(event, register, lowBefore, forced));
      register = after;
      versionsTaken += versioned ? 1 : 0;
      event.unlink();
      if (event.end != null) {
        event.end.unlink();
        endsLeft--;
      }
      return Taking.DONE;
    }

    /**
     * Whether it explains anything now that an operation may have taken effect which left no trace.
     * No read found its value, so it could only have made a condition fail, or made one on absence
     * hold; right before that is early enough. Of several writes the oldest will do.
     */
    private boolean isNeeded(Event traceless) {
      boolean deletes = traceless.operation.value() == Operation.ABSENT;
      for (Event event = head.next; event.start; event = event.next) {
        Operation operation = event.operation;
        if (event != traceless && isLikeAnyOther(event) && isLikeAnyOther(traceless)) {
          if (event.number < traceless.number) {
            return false;
          }
          continue;
        }
        if (operation.kind() == Kind.CAS) {
          if (operation.outcome() == Outcome.MISMATCH && register.holds(operation.expected())) {
            return true;
          }
          if (deletes && operation.expected() == 0) {
            return true;
          }
        }
      }
      return false;
    }

    private static boolean isLikeAnyOther(Event event) {
      return event.traceless
          && event.operation.kind() == Kind.WRITE
          && event.operation.value() != Operation.ABSENT;
    }

    /** The last operation that could have been another; null if there was none. */
    private @Nullable Event undo() {
      while (!steps.isEmpty()) {
        Step step = steps.pop();
        Event event = step.event();
        if (event.end != null) {
          event.end.relink();
          endsLeft++;
        }
        event.relink();
        mark(event, false);
        low = step.low();
        register = step.before();
        versionsTaken -= event.version != Operation.NO_VERSION ? 1 : 0;
        if (!step.forced()) {
          return event;
        }
      }
      return null;
    }

    private void mark(Event event, boolean in) {
      long[] bits = event.end == null ? open : ended;
      long bit = 1L << event.number;
      if (in) {
        bits[event.number / Long.SIZE] |= bit;
        while ((ended[low / Long.SIZE] & (1L << low)) != 0) {
          low++;
        }
      } else {
        bits[event.number / Long.SIZE] &= ~bit;
      }
    }

    private Configuration configuration(Register after) {
      int first = low / Long.SIZE;
      int end = first;
      for (int word = first; word < ended.length && ended[word] != 0; word++) {
        end = word + 1;
      }
      return new Configuration(low, Arrays.copyOfRange(ended, first, end), open.clone(), after);
    }

    private void remember(Event stuckAt) {
      if (steps.size() <= longest) {
        return;
      }
      longest = steps.size();
      explained = new ArrayDeque<>();
      for (Step step : steps) {
        explained.addFirst(step.event().operation);
        if (explained.size() == Verdict.Violated.SHOWN) {
          break;
        }
      }
      unexplained = new ArrayList<>();
      for (Event event = head.next; event != stuckAt; event = event.next) {
        unexplained.add(event.operation);
      }
    }
  }
}
