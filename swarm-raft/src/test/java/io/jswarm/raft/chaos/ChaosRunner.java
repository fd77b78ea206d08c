// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.raft.chaos.ControlClient.Answer;
import io.jswarm.raft.chaos.ControlClient.Outcome;
import io.jswarm.raft.chaos.Fleet.Manager;
import io.jswarm.spi.ReplicatedLogFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs clusters of real manager processes through rounds of faults, and checks after each that no
 * acknowledged write is lost or applied twice, that all managers applied the same, that registers
 * are linearizable, that a term has one leader, and that everything works again soon after.
 *
 * <p>System properties: {@code chaos.minutes} (2), {@code chaos.seed}, {@code chaos.managers}
 * ({@code 3,5}), {@code chaos.faults} (names of {@link Nemesis.Fault}s; all), {@code chaos.dir}
 * ({@code target}), {@code chaos.log} (name of a log's factory), {@code chaos.bound.seconds} (30),
 * {@code chaos.max.bytes} of a value (1000000), {@code chaos.tmpfs.megabytes} (64) of the small
 * disk, {@code chaos.jvm} (options for each manager).
 */
public final class ChaosRunner {
  private static final String SMALL_JVM =
      "-Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError";
  private static final int ROUNDS_REMEMBERED = 3;

  /** What to do. */
  record Settings(
      Duration length,
      long seed,
      List<Integer> managers,
      List<Nemesis.Fault> faults,
      Path directory,
      String log,
      Duration bound,
      int maxBytes,
      List<String> jvmOptions) {

    static Settings fromProperties() {
      return new Settings(
          Duration.ofSeconds(
              Math.round(60 * Double.parseDouble(System.getProperty("chaos.minutes", "2")))),
          Long.getLong("chaos.seed", System.nanoTime() & 0xffffff),
          Arrays.stream(System.getProperty("chaos.managers", "3,5").split(","))
              .map(Integer::valueOf)
              .toList(),
          Arrays.stream(System.getProperty("chaos.faults", "").split(","))
              .filter(name -> !name.isEmpty())
              .map(Nemesis.Fault::valueOf)
              .toList(),
          Path.of(System.getProperty("chaos.dir", "target")),
          System.getProperty("chaos.log", hasLog() ? "" : "plain:NONE"),
          Duration.ofSeconds(Integer.getInteger("chaos.bound.seconds", 30)),
          Integer.getInteger("chaos.max.bytes", 1_000_000),
          List.of(System.getProperty("chaos.jvm", SMALL_JVM).split(" ")));
    }

    Settings with(
        Duration newLength, List<Integer> counts, List<Nemesis.Fault> some, String which) {
      return new Settings(
          newLength, seed, counts, some, directory, which, bound, maxBytes, jvmOptions);
    }
  }

  /** What came of it. */
  record Result(List<String> problems, Path directory, int rounds) {}

  private final Settings settings;
  private final Random random;
  private final Path directory;
  private final Map<Nemesis.Fault, Integer> rounds = new TreeMap<>();
  private final Map<String, Integer> notes = new TreeMap<>();
  private final List<Long> gaps = new ArrayList<>();
  private final List<Long> recoveries = new ArrayList<>();
  private final List<Long> convergences = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> summaries = new ArrayList<>();
  private Ledger.Counts counts = new Ledger.Counts(0, 0, 0, 0);
  private int divergent;
  private int doubleLeaders;
  private int elections;
  private int round;

  private ChaosRunner(Settings settings) {
    this.settings = settings;
    this.random = new Random(settings.seed());
    try {
      Files.createDirectories(settings.directory());
      directory = Files.createTempDirectory(settings.directory().toAbsolutePath(), "chaos-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends with code 1 if something was wrong. */
  public static void main(String[] args) {
    Result result = run(Settings.fromProperties());
    System.exit(result.problems().isEmpty() ? 0 : 1);
  }

  /** Whether there is a log of several managers to try. */
  static boolean hasLog() {
    return ServiceLoader.load(ReplicatedLogFactory.class).iterator().hasNext();
  }

  static Result run(Settings settings) {
    return new ChaosRunner(settings).run();
  }

  private Result run() {
    System.out.printf("chaos: seed %d, %s, in %s%n", settings.seed(), settings.length(), directory);
    Duration share = settings.length().dividedBy(settings.managers().size());
    for (int managers : settings.managers()) {
      if (problems.isEmpty()) {
        new Phase(managers).run(share);
      }
    }
    print();
    if (problems.isEmpty()) {
      Fleet.delete(directory);
    } else {
      System.out.printf("FAILED, seed %d; all files are in %s%n", settings.seed(), directory);
    }
    return new Result(List.copyOf(problems), directory, round);
  }

  private void print() {
    System.out.printf("%d rounds: %s%n", round, rounds);
    if (!notes.isEmpty()) {
      System.out.printf("of note: %s%n", notes);
    }
    summaries.forEach(System.out::println);
    System.out.printf("%d elections; ", elections);
    System.out.printf(
        "writes again after a leader was killed: %s; after all was healed: %s; all managers equal:"
            + " %s%n",
        times(gaps), times(recoveries), times(convergences));
    System.out.printf(
        "lost=%d twice=%d divergent=%d non-linearizable=%d disordered=%d two-leaders=%d other=%d%n",
        counts.lost(),
        counts.twice(),
        divergent,
        counts.nonLinearizable(),
        counts.disordered(),
        doubleLeaders,
        Math.max(0, problems.size() - counts.sum() - divergent - doubleLeaders));
    problems.stream().limit(40).forEach(problem -> System.out.println("  " + problem));
  }

  private static String times(List<Long> nanos) {
    if (nanos.isEmpty()) {
      return "-";
    }
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    return String.format(
        "p50 %d, p99 %d, max %d ms (%d)",
        millis(sorted.get(sorted.size() / 2)),
        millis(sorted.get(sorted.size() * 99 / 100)),
        millis(sorted.get(sorted.size() - 1)),
        sorted.size());
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  /** One cluster. */
  private final class Phase {
    private final int size;
    private final Fleet fleet;
    private final Nemesis nemesis;
    private final Ledger ledger = new Ledger(new LinearizableRegister());
    private final AtomicInteger clientNumbers = new AtomicInteger();
    private final ArrayDeque<Integer> firstClients = new ArrayDeque<>();
    private final Map<Manager, Integer> eventsSeen = new HashMap<>();
    private final Map<Manager, Integer> violations = new HashMap<>();
    private final Map<Long, String> leaders = new TreeMap<>();

    Phase(int size) {
      this.size = size;
      this.fleet =
          new Fleet(directory.resolve(size + "-managers"), settings.log(), settings.jvmOptions());
      this.nemesis = new Nemesis(fleet, random);
    }

    void run(Duration length) {
      long end = System.nanoTime() + length.toNanos();
      try (fleet) {
        try {
          start();
          List<Nemesis.Fault> deck = new ArrayList<>();
          while (System.nanoTime() - end < 0 && problems.isEmpty()) {
            if (deck.isEmpty()) {
              deck.addAll(
                  settings.faults().isEmpty()
                      ? Nemesis.Fault.forManagers(size)
                      : settings.faults());
              Collections.shuffle(deck, random);
            }
            round(deck.remove(deck.size() - 1));
          }
        } catch (ChaosFailure e) {
          problems.add(e.getMessage());
        } catch (RuntimeException e) {
          e.printStackTrace();
          problems.add("the rig failed: " + e);
        }
        if (!problems.isEmpty()) {
          describe();
        }
      }
      elections += leaders.size();
      counts = sum(counts, ledger.counts());
      summaries.add(size + " managers: " + ledger.summary());
      nemesis.notes().forEach((note, count) -> notes.merge(note, count, Integer::sum));
    }

    private void start() {
      Manager first = fleet.create(size > 1 ? Nemesis.TMPFS_MEGABYTES : 0);
      fleet.start(first, ReplicatedLogFactory.Entry.BOOTSTRAP);
      if (!fleet.awaitStart(first, settings.bound())) {
        throw new ChaosFailure(first.lastWords());
      }
      fleet.awaitLeader(settings.bound());
      for (int i = 1; i < size; i++) {
        nemesis.add(0);
      }
    }

    private void round(Nemesis.Fault fault) {
      int number = ++round;
      rounds.merge(fault, 1, Integer::sum);
      long before = ledger.acknowledged();
      int firstKey = number * Clients.KEYS_PER_ROUND;
      firstClients.addLast(clientNumbers.get() + 1);
      Clients clients = new Clients(fleet, ledger, clientNumbers, firstKey, settings.maxBytes());
      clients.start(4, 2, random);
      clients.startReaders(random);
      long healed;
      try {
        Fleet.pause(300 + random.nextInt(900));
        nemesis.inject(fault);
        nemesis.heal();
        healed = System.nanoTime();
        awaitWrites(healed, fault);
        Fleet.pause(200);
      } finally {
        clients.stop();
      }
      long stopped = System.nanoTime();
      long mark = mark(Ledger.Kind.MARK, 0);
      awaitPosition(mark, fault);
      long converged = System.nanoTime() - stopped;
      convergences.add(converged);
      List<Long> roundGaps = gapsAfterKills();
      int forget = firstClients.size() > ROUNDS_REMEMBERED ? firstClients.removeFirst() + 1 : 0;
      check(firstKey, forget);
      System.out.printf(
          "%4d %-28s %d managers, %6d acknowledged, %s%s, equal after %d ms, position %d,"
              + " term %d%n",
          number,
          fault,
          fleet.managers().size(),
          ledger.acknowledged() - before,
          roundGaps.isEmpty() ? "" : "gap " + millis(roundGaps.get(0)) + " ms, ",
          "writes " + millis(recoveries.get(recoveries.size() - 1)) + " ms after healing",
          millis(converged),
          ledger.checked(),
          leaders.keySet().stream().reduce(0L, Math::max));
      if (fleet.managers().size() != size) {
        throw new ChaosFailure("the rig lost count: " + fleet.managers());
      }
    }

    private List<Long> gapsAfterKills() {
      List<Long> found = new ArrayList<>();
      for (long kill : nemesis.takeLeaderKills()) {
        long first = ledger.firstAcknowledgedAfter(kill);
        if (first == 0) {
          problems.add("no write was acknowledged after a leader was killed");
        } else {
          found.add(first - kill);
        }
      }
      gaps.addAll(found);
      return found;
    }

    /** Waits until a client's write is acknowledged that was asked for after {@code nanos}. */
    private void awaitWrites(long nanos, Nemesis.Fault fault) {
      while (true) {
        long first = ledger.firstAcknowledgedAfter(nanos);
        if (first != 0) {
          recoveries.add(first - nanos);
          return;
        }
        if (System.nanoTime() - nanos > settings.bound().toNanos()) {
          throw new ChaosFailure(
              "no write is accepted " + settings.bound() + " after " + fault + " was healed");
        }
        Fleet.pause(20);
      }
    }

    /** Writes something after everything else; returns where. */
    private long mark(Ledger.Kind kind, int key) {
      long end = System.nanoTime() + settings.bound().toNanos();
      Answer answer;
      do {
        int client = clientNumbers.incrementAndGet();
        Ledger.Op op = ledger.write(kind, Registers.Operation.id(client, 1), key, 0, -client);
        String command =
            kind == Ledger.Kind.MARK ? "mark " + client + " 1" : "retire " + client + " 1 " + key;
        answer =
            fleet
                .leader()
                .map(leader -> leader.ask(command))
                .orElse(new Answer(Outcome.FAIL, "no leader"));
        ledger.finish(op, answer);
        if (answer.outcome() == Outcome.OK) {
          return op.position();
        }
        Fleet.pause(50);
      } while (System.nanoTime() - end < 0);
      throw new ChaosFailure("no write is accepted after a round: " + answer.text());
    }

    private void awaitPosition(long position, Nemesis.Fault fault) {
      long end = System.nanoTime() + settings.bound().toNanos();
      while (true) {
        List<String> behind = new ArrayList<>();
        for (Manager manager : fleet.managers()) {
          if (!manager.isAlive()) {
            throw new ChaosFailure(manager.lastWords());
          }
          long reached = manager.status("position").map(Long::valueOf).orElse(-1L);
          if (reached < position) {
            behind.add(manager + " at " + reached);
          }
        }
        if (behind.isEmpty()) {
          return;
        }
        if (System.nanoTime() - end > 0) {
          throw new ChaosFailure(
              String.format(
                  "%s after %s was healed, not yet at %d: %s",
                  settings.bound(), fault, position, behind));
        }
        Fleet.pause(20);
      }
    }

    private void check(int firstKey, int forgetBefore) {
      if (forgetBefore > 1) {
        awaitPosition(mark(Ledger.Kind.RETIRE, forgetBefore - 1), Nemesis.Fault.NOTHING);
      }
      events();
      long last =
          fleet.managers().stream()
              .mapToLong(manager -> manager.status("position").map(Long::valueOf).orElse(0L))
              .min()
              .orElse(0);
      List<Long> ids = merge(ledger.checked() + 1, last);
      problems.addAll(
          ledger.check(ids, firstKey, firstKey + Clients.SHARED_KEYS - 1, forgetBefore));
      members();
    }

    /** The ids at the positions from {@code first} to {@code last}; all managers must agree. */
    private List<Long> merge(long first, long last) {
      int count = (int) Math.max(0, last - first + 1);
      long[] hashes = new long[count];
      long[] ids = new long[count];
      String[] sources = new String[count];
      List<Manager> all = new ArrayList<>(fleet.managers());
      all.addAll(fleet.gone());
      for (Manager manager : all) {
        List<AppliedFile.Applied> records;
        try {
          records = AppliedFile.read(manager.work.resolve("applied"), first, last);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        for (int i = 0; i < records.size(); i++) {
          AppliedFile.Applied record = records.get(i);
          if (record.hash() == 0) {
            continue;
          }
          if (hashes[i] != 0 && hashes[i] != record.hash()) {
            divergent++;
            if (divergent < 20) {
              problems.add(
                  String.format(
                      "divergent at %d: %s has %x, %s has %x",
                      first + i, sources[i], hashes[i], manager, record.hash()));
            }
          }
          hashes[i] = record.hash();
          sources[i] = manager.name;
          if (record.id() != AppliedFile.FROM_SNAPSHOT) {
            ids[i] = record.id();
          }
        }
      }
      List<Long> merged = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        if (ids[i] == 0) {
          problems.add("no manager says what it applied at " + (first + i));
        }
        merged.add(ids[i]);
      }
      return merged;
    }

    private void events() {
      List<Manager> all = new ArrayList<>(fleet.managers());
      all.addAll(fleet.gone());
      for (Manager manager : all) {
        int seen = eventsSeen.getOrDefault(manager, 0);
        List<String> lines = manager.events(seen);
        eventsSeen.put(manager, seen + lines.size());
        for (String line : lines) {
          event(manager, line);
        }
      }
    }

    private void event(Manager manager, String line) {
      String[] words = line.split(" ", 3);
      if (words.length < 2) {
        return; // killed while it wrote
      }
      switch (words[1]) {
        case "leading" -> {
          String other = leaders.put(Long.valueOf(words[2]), manager.name);
          if (other != null) {
            doubleLeaders++;
            problems.add("term " + words[2] + " has two leaders: " + other + ", " + manager);
          }
        }
        case "violation" -> {
          if (violations.merge(manager, 1, Integer::sum) <= 5) {
            problems.add(manager + ": " + words[2]);
          }
        }
        case "stopped" -> {
          if (!nemesis.mayStop(manager)) {
            problems.add(manager + " stopped: " + words[2]);
          }
        }
        default -> {}
      }
    }

    /** Everybody who should be in the group is, and nobody else. */
    private void members() {
      if (size == 1) {
        return;
      }
      Answer answer = fleet.awaitLeader(settings.bound()).ask("members");
      List<String> expected =
          fleet.managers().stream().map(manager -> manager.name + " voter").sorted().toList();
      List<String> present =
          Arrays.stream(answer.text().split(" "))
              .map(member -> member.split(","))
              .map(fields -> fields.length > 3 ? fields[1] + " " + fields[3] : "?")
              .sorted()
              .toList();
      if (!present.equals(expected)) {
        problems.add("the group is " + present + " and should be " + expected);
      }
    }

    private void describe() {
      for (Manager manager : fleet.managers()) {
        System.out.printf(
            "  %s %s: %s; %s%n",
            manager,
            manager.isAlive() ? "runs" : "ended with " + manager.exitCode(),
            manager.ask("status").text(),
            manager.ask("members").text());
      }
    }
  }

  private static Ledger.Counts sum(Ledger.Counts one, Ledger.Counts other) {
    return new Ledger.Counts(
        one.lost() + other.lost(),
        one.twice() + other.twice(),
        one.nonLinearizable() + other.nonLinearizable(),
        one.disordered() + other.disordered());
  }
}
