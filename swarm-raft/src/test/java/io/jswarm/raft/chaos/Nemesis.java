// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.raft.chaos.ControlClient.Answer;
import io.jswarm.raft.chaos.ControlClient.Outcome;
import io.jswarm.raft.chaos.Fleet.Manager;
import io.jswarm.spi.ReplicatedLogFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What goes wrong. Each fault is done, lasts a while, and leaves what {@link #heal} can undo. */
final class Nemesis {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration CHANGE = Duration.ofSeconds(30);

  /** The size of the disk that one manager has for itself. */
  static final long TMPFS_MEGABYTES = Long.getLong("chaos.tmpfs.megabytes", 64);

  /** The kinds of faults. */
  enum Fault {
    NOTHING(1),
    KILL_LEADER(1),
    KILL_LEADER_AGAIN(1),
    KILL_FOLLOWER(1),
    KILL_MAJORITY(1),
    KILL_ALL(1),
    CRASH_LOOP(1),
    FREEZE_LEADER(1),
    FREEZE_FOLLOWER(1),
    FREEZE_ALL(1),
    ISOLATE_LEADER(3),
    ISOLATE_AND_KILL(3),
    DEAF_LEADER(3),
    MUTE_LEADER(3),
    ONE_WAY_PAIRS(3),
    PAIRWISE_CUT(3),
    BRIDGE(3),
    SPLIT(3),
    SLOW_LINKS(3),
    RESETS(3),
    TRANSFER(3),
    REPLACE_LIVE(3),
    REPLACE_LEADER(3),
    REPLACE_DEAD(3),
    CORRUPT_TAIL(3),
    CORRUPT_TAIL_OF_THE_ONLY_COPY(3),
    CORRUPT_MIDDLE(3),
    CORRUPT_ANYTHING(3),
    LOSE_DISK(3),
    FULL_DISK(3);

    private final int managers;

    Fault(int managers) {
      this.managers = managers;
    }

    /** The faults that make sense for so many managers. */
    static List<Fault> forManagers(int count) {
      return Arrays.stream(values())
          .filter(fault -> fault.managers <= count)
          .collect(Collectors.toList());
    }
  }

  private final Fleet fleet;
  private final Random random;
  private final Set<Manager> mayStop = new HashSet<>();
  private final List<Long> leaderKills = new ArrayList<>();
  private final Map<String, Integer> notes = new TreeMap<>();
  private Path fill = Path.of("");

  Nemesis(Fleet fleet, Random random) {
    this.fleet = fleet;
    this.random = random;
  }

  /** When a leader was killed while a majority lived on, since the last call; nanoseconds. */
  List<Long> takeLeaderKills() {
    List<Long> kills = List.copyOf(leaderKills);
    leaderKills.clear();
    return kills;
  }

  /** What happened how often, beyond the faults themselves. */
  Map<String, Integer> notes() {
    return notes;
  }

  /** Whether a manager had a reason to stop by itself. */
  boolean mayStop(Manager manager) {
    return mayStop.contains(manager);
  }

  /** Does a fault. */
  void inject(Fault fault) {
    switch (fault) {
      case NOTHING -> pause(500, 1_500);
      case KILL_LEADER -> killLeader();
      case KILL_LEADER_AGAIN -> killLeaderAgain();
      case KILL_FOLLOWER -> {
        fleet.kill(follower());
        pause(0, 2_000);
      }
      case KILL_MAJORITY -> killMajority();
      case KILL_ALL -> {
        fleet.managers().forEach(fleet::kill);
        pause(0, 1_000);
      }
      case CRASH_LOOP -> crashLoop();
      case FREEZE_LEADER -> freeze(leader());
      case FREEZE_FOLLOWER -> freeze(follower());
      case FREEZE_ALL -> freezeAll();
      case ISOLATE_LEADER -> {
        isolate(leader());
        pause(500, 6_000);
      }
      case ISOLATE_AND_KILL -> isolateAndKill();
      case DEAF_LEADER -> {
        Manager leader = leader();
        others(leader).forEach(other -> fleet.cut(other, leader));
        pause(500, 6_000);
      }
      case MUTE_LEADER -> {
        Manager leader = leader();
        others(leader).forEach(other -> fleet.cut(leader, other));
        pause(500, 6_000);
      }
      case ONE_WAY_PAIRS -> cutPairs(true);
      case PAIRWISE_CUT -> cutPairs(false);
      case BRIDGE -> bridge();
      case SPLIT -> split();
      case SLOW_LINKS -> slowLinks();
      case RESETS -> resets();
      case TRANSFER -> transfer();
      case REPLACE_LIVE -> replace(follower());
      case REPLACE_LEADER -> replace(leader());
      case REPLACE_DEAD -> {
        Manager dead = follower();
        fleet.kill(dead);
        pause(0, 1_000);
        replace(dead);
      }
      case CORRUPT_TAIL -> corrupt(Damage.Place.TAIL);
      case CORRUPT_TAIL_OF_THE_ONLY_COPY -> corruptTailOfTheOnlyCopy();
      case CORRUPT_MIDDLE -> corrupt(Damage.Place.MIDDLE);
      case CORRUPT_ANYTHING -> corrupt(Damage.Place.ANYWHERE);
      case LOSE_DISK -> loseDisk();
      case FULL_DISK -> fullDisk();
    }
  }

  /** Undoes all: everybody runs, and reaches everybody. */
  void heal() {
    fleet.managers().forEach(fleet::thaw);
    free();
    List<Manager> dead =
        fleet.managers().stream()
            .filter(manager -> !manager.isAlive())
            .collect(Collectors.toList());
    for (Manager manager : dead) {
      requireReason(manager);
      fleet.start(manager, ReplicatedLogFactory.Entry.JOIN);
    }
    dead.removeIf(manager -> fleet.awaitStart(manager, START));
    fleet.heal();
    for (Manager manager : dead) {
      refused(manager);
    }
  }

  /** Starts a manager again; replaces it if it refuses what is on its disk, and has a reason. */
  private void restart(Manager manager) {
    requireReason(manager);
    fleet.start(manager, ReplicatedLogFactory.Entry.JOIN);
    if (!fleet.awaitStart(manager, START)) {
      refused(manager);
    }
  }

  private void refused(Manager manager) {
    requireReason(manager);
    note("refused to start");
    reseed(manager);
  }

  private void requireReason(Manager manager) {
    manager
        .exitCode()
        .filter(code -> code != 128 + 9 && !mayStop(manager))
        .ifPresent(
            code -> {
              throw new ChaosFailure(manager.lastWords());
            });
  }

  private void killLeader() {
    Manager leader = leader();
    long start = System.nanoTime();
    fleet.kill(leader);
    leaderKills.add(start);
    pause(1_000, 3_000);
  }

  private void killLeaderAgain() {
    Manager leader = leader();
    fleet.kill(leader);
    pause(0, 500);
    restart(leader);
    pause(0, 1_000);
    fleet.kill(leader);
    fleet.leader().ifPresent(fleet::kill);
    pause(0, 500);
  }

  private void killMajority() {
    List<Manager> managers = shuffled();
    for (Manager manager : managers.subList(0, managers.size() / 2 + 1)) {
      fleet.kill(manager);
      pause(0, 100);
    }
    pause(0, 1_500);
  }

  private void crashLoop() {
    Manager manager = random.nextBoolean() ? leader() : follower();
    for (int left = 3 + random.nextInt(5); left > 0; left--) {
      fleet.kill(manager);
      requireReason(manager);
      fleet.start(manager, ReplicatedLogFactory.Entry.JOIN);
      pause(100, 2_500);
    }
    fleet.kill(manager);
  }

  private void freeze(Manager manager) {
    fleet.freeze(manager);
    pause(100, random.nextInt(4) == 0 ? 10_000 : 3_000);
    fleet.thaw(manager);
    pause(100, 1_000);
  }

  private void freezeAll() {
    for (Manager manager : shuffled()) {
      fleet.freeze(manager);
      pause(0, 200);
    }
    pause(100, 4_000);
    for (Manager manager : shuffled()) {
      fleet.thaw(manager);
      pause(0, 500);
    }
    pause(100, 1_000);
  }

  private void isolate(Manager manager) {
    fleet.partition(List.of(manager), others(manager));
  }

  private void isolateAndKill() {
    Manager leader = leader();
    isolate(leader);
    pause(300, 3_000);
    Manager other = others(leader).get(0);
    fleet.kill(other);
    pause(100, 1_500);
    fleet.kill(leader);
    pause(0, 300);
  }

  private void cutPairs(boolean oneWay) {
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      List<Manager> pair = shuffled();
      if (oneWay) {
        fleet.cut(pair.get(0), pair.get(1));
      } else {
        fleet.cutBoth(pair.get(0), pair.get(1));
      }
      pause(200, 3_000);
    }
  }

  /** Two sides that only one manager can reach. */
  private void bridge() {
    List<Manager> managers = shuffled();
    List<Manager> sides = managers.subList(1, managers.size());
    int half = sides.size() / 2;
    fleet.partition(sides.subList(0, half), sides.subList(half, sides.size()));
    pause(1_000, 6_000);
  }

  private void split() {
    List<Manager> managers = shuffled();
    int minority = 1 + random.nextInt((managers.size() - 1) / 2);
    fleet.partition(managers.subList(0, minority), managers.subList(minority, managers.size()));
    pause(1_000, 6_000);
  }

  private void slowLinks() {
    for (Manager from : fleet.managers()) {
      for (Manager to : others(from)) {
        if (random.nextInt(3) == 0) {
          fleet.delay(from, to, 1 + random.nextInt(random.nextInt(4) == 0 ? 400 : 50));
        }
      }
    }
    pause(1_000, 5_000);
  }

  private void resets() {
    for (int left = 10 + random.nextInt(20); left > 0; left--) {
      List<Manager> pair = shuffled();
      fleet.reset(pair.get(0), pair.get(1));
      pause(20, 200);
    }
  }

  private void transfer() {
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      Manager leader = leader();
      String to = random.nextBoolean() ? "" : " " + others(leader).get(0).id();
      note("transfer " + leader.ask("transfer" + to, CHANGE).outcome());
      pause(100, 1_500);
    }
  }

  private void replace(Manager old) {
    if (random.nextBoolean()) {
      add(0);
      remove(old);
    } else {
      remove(old);
      add(0);
    }
    pause(100, 1_000);
  }

  /** A manager that has to start over: out, and in again as another. */
  private void reseed(Manager old) {
    remove(old);
    add(old.mounted ? TMPFS_MEGABYTES : 0);
    note("seeded anew");
  }

  /** A new manager, voting. */
  Manager add(long tmpfsMegabytes) {
    Manager manager = fleet.create(tmpfsMegabytes);
    fleet.start(manager, ReplicatedLogFactory.Entry.JOIN);
    if (!fleet.awaitStart(manager, START)) {
      throw new ChaosFailure(manager.lastWords());
    }
    change(
        "add " + manager.id() + " " + manager.name + " " + manager.address(),
        members ->
            members.contains(manager.id() + "," + manager.name)
                && members.contains(manager.address() + ",voter"));
    return manager;
  }

  private void remove(Manager manager) {
    mayStop.add(manager);
    change("remove " + manager.id(), members -> !members.contains(manager.id() + ","));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (manager.isUp() && System.nanoTime() - end < 0) {
      pause(20, 21);
    }
    if (manager.isUp()) {
      note("removed, and went on running");
    }
    fleet.forget(manager);
  }

  /** Has the leader change the group, whoever that is by then. */
  private void change(String command, Predicate<String> done) {
    Answer answer = new Answer(Outcome.UNKNOWN, "");
    for (int tries = 0; tries < 30; tries++) {
      Manager leader = fleet.awaitLeader(CHANGE);
      answer = leader.ask(command, CHANGE);
      if (answer.outcome() == Outcome.OK) {
        return;
      }
      pause(200, 400);
      Answer members = fleet.awaitLeader(CHANGE).ask("members");
      if (members.outcome() == Outcome.OK && done.test(members.text())) {
        return;
      }
    }
    throw new ChaosFailure("'" + command + "' does not come true: " + answer.text());
  }

  private void corrupt(Damage.Place place) {
    Manager manager = random.nextInt(3) == 0 ? leader() : follower();
    fleet.kill(manager);
    damage(manager, place);
    pause(0, 1_000);
    restart(manager);
    if (manager.isAlive()) {
      note("started in spite of a damaged " + place.name().toLowerCase(Locale.ROOT));
    }
  }

  private void damage(Manager manager, Damage.Place place) {
    mayStop.add(manager);
    String what = Damage.of(manager.log, place, random);
    System.out.println("      " + manager + ": " + what);
  }

  /**
   * Writes are acknowledged by a bare majority; one of it loses the end of its log; then the rest
   * of that majority goes away, and those who never saw the writes come back.
   */
  private void corruptTailOfTheOnlyCopy() {
    Manager leader = leader();
    List<Manager> others = others(leader);
    int majority = fleet.managers().size() / 2 + 1;
    List<Manager> voters = new ArrayList<>(others.subList(0, majority - 1));
    List<Manager> absent = others.subList(majority - 1, others.size());
    fleet.partition(absent, fleet.managers());
    pause(800, 2_000);
    Manager victim = voters.remove(0);
    fleet.kill(victim);
    damage(victim, Damage.Place.TAIL);
    fleet.start(victim, ReplicatedLogFactory.Entry.JOIN);
    if (!fleet.awaitStart(victim, START)) {
      return; // it is replaced when all is healed
    }
    note("started in spite of a damaged tail");
    fleet.kill(leader);
    voters.forEach(fleet::kill);
    fleet.heal();
    pause(3_000, 5_000);
  }

  private void loseDisk() {
    Manager manager = follower();
    fleet.kill(manager);
    mayStop.add(manager);
    emptyOut(manager.log);
    pause(0, 1_000);
    reseed(manager);
  }

  private static void emptyOut(Path directory) {
    try (var files = Files.list(directory)) {
      files.forEach(Fleet::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fullDisk() {
    Manager small =
        fleet.managers().stream().filter(manager -> manager.mounted).findFirst().orElse(null);
    if (small == null) {
      Manager old = follower();
      small = add(TMPFS_MEGABYTES);
      remove(old);
      if (!small.mounted) {
        note("no tmpfs to be had");
        return;
      }
    }
    mayStop.add(small);
    fill = small.log.resolve("fill");
    try (OutputStream out = Files.newOutputStream(fill)) {
      byte[] block = new byte[64 << 10];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      note("disk filled");
    }
    pause(1_000, 5_000);
    free();
    pause(0, 1_000);
  }

  private void free() {
    try {
      Files.deleteIfExists(fill.getNameCount() > 1 ? fill : Path.of("no such file"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Manager leader() {
    return fleet.awaitLeader(CHANGE);
  }

  private Manager follower() {
    Manager leader = leader();
    List<Manager> others = others(leader);
    return others.isEmpty() ? leader : others.get(0);
  }

  private List<Manager> others(Manager manager) {
    List<Manager> others = shuffled();
    others.remove(manager);
    return others;
  }

  private List<Manager> shuffled() {
    List<Manager> managers = new ArrayList<>(fleet.managers());
    Collections.shuffle(managers, random);
    return managers;
  }

  private void note(String what) {
    notes.merge(what, 1, Integer::sum);
  }

  private void pause(int from, int to) {
    Fleet.pause(from + random.nextInt(to - from));
  }
}
