// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.IndeterminateResultException;
import io.jswarm.loop.RandomSource;
import io.jswarm.raft.SimulatedManagers.Simulated;
import io.jswarm.raft.storage.SimulatedDisk;
import io.jswarm.transport.LinkFaults;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Managers through trouble, in virtual time, from seeds: crashes, power cuts, disks that fail,
 * partitions, lossy links, hand-overs and changes of membership, under a steady load. Nothing
 * acknowledged may be lost, nothing applied twice or in another order anywhere, nothing refused may
 * come to pass (I-1, I-13, I-14, I-15). Replay a seed with {@code -Draft.seed=…}.
 */
class ManagersSimTest {
  private static final int SEEDS = Integer.getInteger("raft.seeds", 60);

  @Test
  void managersAgreeThroughTrouble() {
    Long only = Long.getLong("raft.seed");
    Map<String, Integer> seen = new TreeMap<>();
    for (long seed = only != null ? only : 1; seed <= (only != null ? only : SEEDS); seed++) {
      try {
        new Story(seed).run(seen);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    System.out.println("managers through trouble: " + seen);
    if (only == null) {
      assertThat(seen.get("done")).isGreaterThan(SEEDS * 100);
    }
  }

  /** What happens in one seed. */
  private static final class Story {
    private final long seed;
    private final RandomSource random;
    private final SimulatedManagers managers;
    private final Map<Long, CompletableFuture<Long>> proposals = new TreeMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private long next;
    private int joined;

    Story(long seed) {
      this.seed = seed;
      this.random = RandomSource.seeded(seed);
      this.managers = SimulatedManagers.small(seed);
    }

    void run(Map<String, Integer> seen) {
      joined = random.nextInt(3) == 0 ? 5 : 3;
      managers.begin(joined);
      for (int step = 0; step < 60; step++) {
        trouble();
        for (int beat = 0; beat < 20; beat++) {
          load();
          managers.world.runFor(Duration.ofMillis(random.nextInt(40)));
        }
      }
      heal();
      check();
      counts.forEach((what, count) -> seen.merge(what, count, Integer::sum));
    }

    private void load() {
      List<Simulated> running = managers.running();
      for (int i = random.nextInt(3); i > 0 && !running.isEmpty(); i--) {
        Simulated one = managers.leaderIfAny().orElse(running.get(random.nextInt(running.size())));
        if (one.stopped == null) {
          long value = ++next;
          proposals.put(value, one.propose(value));
        }
      }
    }

    private void trouble() {
      List<Simulated> running = managers.running();
      Simulated one = running.isEmpty() ? null : running.get(random.nextInt(running.size()));
      switch (random.nextInt(14)) {
        case 0 -> stopAndCount(one, "kill", Simulated::kill);
        case 1 -> stopAndCount(one, "power cut", Simulated::powerCut);
        case 2 ->
            managers.leaderIfAny().ifPresent(it -> stopAndCount(it, "leader", Simulated::kill));
        case 3, 4, 5 -> restartAll();
        case 6 -> partition();
        case 7, 8 -> managers.network.faults().healAll();
        case 9 -> lossy();
        case 10 -> transfer();
        case 11 -> failingDisk(one);
        case 12 -> changeMembers();
        case 13 -> everybody();
        default -> throw new AssertionError();
      }
    }

    private void count(String what) {
      counts.merge(what, 1, Integer::sum);
    }

    private void stopAndCount(
        Simulated one, String what, java.util.function.Consumer<Simulated> stop) {
      if (one != null) {
        count(what);
        stop.accept(one);
      }
    }

    /** All machines lose power at once. */
    private void everybody() {
      count("power cut of all");
      managers.running().forEach(Simulated::powerCut);
    }

    private void restartAll() {
      for (Simulated one : List.copyOf(managers.managers.values())) {
        if (one.running && one.stopped != null) {
          one.powerCut();
        }
        if (!one.running && random.nextInt(3) > 0) {
          count("restart");
          one.start();
        }
      }
    }

    private void partition() {
      count("partition");
      List<Simulated> all = List.copyOf(managers.managers.values());
      Simulated a = all.get(random.nextInt(all.size()));
      Simulated b = all.get(random.nextInt(all.size()));
      if (random.nextInt(2) == 0) {
        managers.network.faults().isolate(a.name);
        managers.network.faults().isolate(a.address);
      } else if (a != b) {
        managers.network.faults().partition(a.name, b.address);
        if (random.nextInt(2) == 0) {
          managers.network.faults().partition(b.name, a.address);
        }
      }
    }

    private void lossy() {
      count("lossy links");
      managers
          .network
          .faults()
          .everywhere(
              new LinkFaults(
                  random.nextDouble() * 0.1,
                  random.nextDouble() * 0.1,
                  random.nextDouble() * 0.1,
                  Duration.ofMillis(random.nextInt(3)),
                  Duration.ofMillis(3 + random.nextInt(60))));
    }

    private void transfer() {
      managers
          .leaderIfAny()
          .ifPresent(
              leader -> {
                count("transfer");
                leader.group().transferLeadership(Optional.empty());
              });
    }

    private void failingDisk(Simulated one) {
      if (one != null) {
        count("failing disk");
        one.disk.fail(
            random.nextInt(2) == 0 ? SimulatedDisk.Kind.SYNC : SimulatedDisk.Kind.WRITE,
            random.nextInt(20));
      }
    }

    /** One goes and a new one comes, if all is well enough for that. */
    private void changeMembers() {
      Simulated leader = managers.leaderIfAny().orElse(null);
      if (leader == null || leader.stopped != null) {
        return;
      }
      List<Simulated> others =
          managers.managers.values().stream().filter(one -> one != leader).toList();
      Simulated leaving = others.get(random.nextInt(others.size()));
      count("removal");
      leader
          .group()
          .remove(leaving.group().self().id())
          .whenComplete(
              (done, error) -> {
                if (error == null) {
                  count("removed");
                  replace(leaving);
                }
              });
    }

    private void replace(Simulated leaving) {
      managers.world.schedule(
          Duration.ZERO,
          () -> {
            managers.managers.remove(leaving.name);
            if (leaving.running) {
              leaving.kill();
            }
            String name = "m" + ++joined;
            Simulated fresh = managers.fresh(name);
            managers.managers.put(name, fresh);
            fresh.start();
            join(fresh, 0);
          });
    }

    private void join(Simulated fresh, int tries) {
      Simulated leader = managers.leaderIfAny().orElse(null);
      if (leader == null || !fresh.running || tries > 500) {
        retryJoin(fresh, tries);
        return;
      }
      leader
          .group()
          .add(fresh.group().self())
          .whenComplete(
              (done, error) -> {
                if (error == null) {
                  count("added");
                } else {
                  retryJoin(fresh, tries);
                }
              });
    }

    private void retryJoin(Simulated fresh, int tries) {
      if (tries <= 500) {
        managers.world.schedule(Duration.ofMillis(300), () -> join(fresh, tries + 1));
      }
    }

    private void heal() {
      managers.network.faults().healAll();
      for (Simulated one : List.copyOf(managers.managers.values())) {
        one.disk.failNoMore();
        if (one.running && one.stopped != null) {
          one.powerCut();
        }
        if (!one.running) {
          one.start();
        }
      }
      managers.world.runFor(Duration.ofSeconds(30));
      CompletableFuture<Long> last = managers.leader().propose(++next);
      proposals.put(next, last);
      managers.await(last::isDone, "an entry after all is healed");
      assertThat(last).isCompleted();
      managers.awaitEqual(members());
    }

    /** Those that take part in the end. */
    private List<Simulated> members() {
      Set<String> ids = new HashSet<>();
      managers.leader().group().members().forEach(member -> ids.add(member.manager().id()));
      return managers.running().stream()
          .filter(one -> ids.contains(one.group().self().id()))
          .toList();
    }

    private static Throwable failure(CompletableFuture<?> outcome) {
      return outcome.handle((done, error) -> error).join();
    }

    private void check() {
      managers.world.runFor(Duration.ofSeconds(5));
      List<Long> agreed = managers.agreed;
      Set<Long> applied = new HashSet<>(agreed);
      assertThat(applied).as("seed %d: applied once", seed).hasSameSizeAs(agreed);

      proposals.forEach(
          (value, outcome) -> {
            if (!outcome.isDone()) {
              count("open");
            } else if (!outcome.isCompletedExceptionally()) {
              count("done");
              assertThat(agreed.get((int) (outcome.join() - 1)))
                  .as("seed %d: acknowledged", seed)
                  .isEqualTo(value);
            } else if (failure(outcome) instanceof IndeterminateResultException) {
              count("unknown");
            } else {
              count("refused");
              assertThat(applied.contains(value)).as("seed %d: refused %d", seed, value).isFalse();
            }
          });
    }
  }
}
