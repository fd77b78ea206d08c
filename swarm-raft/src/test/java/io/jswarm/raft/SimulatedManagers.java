// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.SwarmException;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.raft.storage.Disk;
import io.jswarm.raft.storage.Seal;
import io.jswarm.raft.storage.SimulatedDisk;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory.Entry;
import io.jswarm.spi.ReplicatedLogFactory.Settings;
import io.jswarm.transport.LocalNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Managers in one thread and virtual time: Atomix's real roles on simulated loops, network and
 * disks. Watches all the time that no two of them apply different entries at one position and that
 * no term has two leaders.
 */
final class SimulatedManagers {
  final SimulatedEnvironment world;
  final LocalNetwork network;
  final RandomSource random;
  final RaftSettings settings;
  final Map<String, Simulated> managers = new TreeMap<>();

  /** What the first manager to get there applied at each position. */
  final List<Long> agreed = new ArrayList<>();

  final Map<Long, String> leaderOfTerm = new HashMap<>();

  SimulatedManagers(long seed, RaftSettings settings) {
    this.world = new SimulatedEnvironment(seed);
    this.network = new LocalNetwork(world.environment());
    this.random = RandomSource.seeded(seed * 31 + 7);
    this.settings = settings;
  }

  /** Managers with small snapshots and segments, so that all of it happens. */
  static SimulatedManagers small(long seed) {
    return new SimulatedManagers(
        seed, RaftSettings.defaults().withSnapshots(50, 1 << 20, 10, 64 << 10).withSelfCheck(20));
  }

  /** One manager after the other joins. */
  void begin(int count) {
    for (int i = 1; i <= count; i++) {
      add("m" + i);
    }
  }

  /** Adds a manager by way of the leader and waits until it votes. */
  Simulated add(String name) {
    boolean first = managers.isEmpty();
    Simulated added = new Simulated(name, first ? Entry.BOOTSTRAP : Entry.JOIN);
    managers.put(name, added);
    added.start();
    if (first) {
      await(() -> added.leading, "the first manager leads");
    } else {
      CompletableFuture<Void> joined =
          leader().group().add(added.group().self()).toCompletableFuture();
      await(joined::isDone, name + " joins");
      joined.join();
    }
    return added;
  }

  /** A manager that has not been started and that nobody knows. */
  Simulated fresh(String name) {
    return new Simulated(name, Entry.JOIN);
  }

  void await(java.util.function.BooleanSupplier condition, String what) {
    if (!world.runUntil(condition, Duration.ofSeconds(60))) {
      throw new AssertionError(
          "seed " + world.seed() + ": not within a minute: " + what + describe());
    }
  }

  /** What each manager believes. */
  String describe() {
    StringBuilder text = new StringBuilder();
    for (Simulated manager : managers.values()) {
      text.append("\n  ").append(manager.name).append(manager.running ? ": " : " (down): ");
      Engine engine = manager.log == null ? null : manager.log.engine();
      if (engine != null) {
        text.append(engine.raft().getRole())
            .append(" term ")
            .append(engine.raft().getTerm())
            .append(" log ")
            .append(engine.journal().boundaryIndex())
            .append("..")
            .append(engine.journal().lastIndex())
            .append(" durable ")
            .append(engine.journal().durableIndex())
            .append(" committed ")
            .append(engine.raft().getCommitIndex())
            .append(" applied ")
            .append(engine.applier().applied())
            .append(" votes ")
            .append(engine.isVoter())
            .append(" leader ")
            .append(engine.raft().leaderId())
            .append(" members ")
            .append(engine.membership().members())
            .append(" stopped ")
            .append(engine.stopCause());
      }
    }
    return text.toString();
  }

  Optional<Simulated> leaderIfAny() {
    return managers.values().stream().filter(one -> one.running && one.leading).findFirst();
  }

  /** The leader, once there is one. */
  Simulated leader() {
    await(() -> leaderIfAny().isPresent(), "a leader");
    return leaderIfAny().orElseThrow();
  }

  List<Simulated> followers() {
    Simulated leader = leader();
    return running().stream().filter(one -> one != leader).toList();
  }

  List<Simulated> running() {
    return managers.values().stream().filter(one -> one.running).toList();
  }

  /** Waits until all managers that run have applied the same, and all that was acknowledged. */
  void awaitEqual(Collection<Simulated> which) {
    await(
        () -> which.stream().allMatch(one -> one.machine.values().size() == agreed.size()),
        "all applied " + agreed.size());
  }

  /** A manager, and what is left of it between its lives. */
  final class Simulated implements ReplicatedLog.LeadershipListener {
    final String name;
    final String address;
    Entry entry;
    SimulatedDisk disk = new SimulatedDisk();
    RecordingMachine machine;
    AtomixReplicatedLog log;
    EventLoop owner;
    boolean running;
    boolean leading;
    SwarmException stopped;
    private int life;

    Simulated(String name, Entry entry) {
      this.name = name;
      this.address = name + ":2377";
      this.entry = entry;
    }

    void start() {
      int thisLife = ++life;
      stopped = null;
      leading = false;
      machine = new RecordingMachine((position, value) -> applied(thisLife, position, value));
      owner = world.environment().loops().create("owner-" + name);
      SimulatedDisk present = disk;
      log =
          new AtomixReplicatedLog(
              new Settings(name, address, Path.of("none"), world.environment(), network, entry),
              settings,
              new AtomixReplicatedLog.Place() {
                @Override
                public Disk disk() {
                  return present;
                }

                @Override
                public Seal seal() {
                  return Seal.withKey(new byte[32]);
                }
              });
      running = true;
      log.start(owner, machine, this);
    }

    private void applied(int atLife, long position, long value) {
      if (atLife != life) {
        throw new AssertionError("applied after the end of " + name);
      }
      if (position == agreed.size() + 1) {
        agreed.add(value);
      } else if (position > agreed.size() || agreed.get((int) position - 1) != value) {
        throw new AssertionError(
            name + " applied " + value + " at " + position + ", others did not");
      }
    }

    ManagerGroup group() {
      return log.group().orElseThrow();
    }

    CompletableFuture<Long> propose(long value) {
      return propose(value, 20);
    }

    CompletableFuture<Long> propose(long value, int padding) {
      return log.propose(new RecordingMachine.Numbered(value, padding)).toCompletableFuture();
    }

    /** The process is gone; what it wrote is there, synced or not. */
    void kill() {
      end(disk.copy());
    }

    /** The machine is gone; what was not synced may be lost or torn. */
    void powerCut() {
      end(disk.powerCut(random));
    }

    private void end(SimulatedDisk left) {
      running = false;
      leading = false;
      life++;
      log.loop().close();
      owner.close();
      if (log.engine() != null) {
        log.engine().peers().close();
      }
      network.faults().breakConnections(address);
      network.faults().breakConnections(name);
      disk = left;
    }

    void close() {
      log.close();
      running = false;
      leading = false;
    }

    @Override
    public void onLeading(long term) {
      String other = leaderOfTerm.putIfAbsent(term, name);
      if (other != null) {
        throw new AssertionError("term " + term + " is led by " + other + " and " + name);
      }
      leading = true;
    }

    @Override
    public void onFollowing(Optional<String> leader) {
      leading = false;
    }

    @Override
    public void onStopped(SwarmException cause) {
      leading = false;
      stopped = cause;
    }
  }
}
