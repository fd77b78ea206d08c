// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.scheduler.SpreadPlacementEngine;
import io.jswarm.spi.SimulatedLogGroup;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.transport.LocalNetwork;
import io.jswarm.transport.NetworkFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole cluster on virtual time with three managers that die, are cut off, hand on leadership and
 * come back, above workers and tasks in trouble of their own. Users use whatever manager is at
 * hand. Every entry agreed is checked against the invariants; what was acknowledged stays (I-1),
 * all managers have the same state at the same entry (I-13), and in the end leadership moves
 * without any task noticing (I-9).
 *
 * <p>Replay one seed with {@code -Dswarm.sim.seed=N}; run more with {@code -Dswarm.sim.seeds=N}.
 */
@Tag("sim")
@Execution(ExecutionMode.CONCURRENT)
class ManagersSimTest {
  private static final int MANAGERS = 3;
  private static final int WORKERS = 15;
  private static final int SERVICES = 5;
  private static final Duration CHAOS = Duration.ofMinutes(6);

  static LongStream seeds() {
    Long only = Long.getLong("swarm.sim.seed");
    return only != null
        ? LongStream.of(only)
        : LongStream.rangeClosed(1, Long.getLong("swarm.sim.seeds", 40));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void nothingAcknowledgedIsLostAndAllManagersAgree(long seed) throws IOException {
    Path dir = Files.createTempDirectory("jswarm-sim-");
    World world = new World(seed, dir);
    try {
      world.start();
      world.chaos();
      world.heal();
      world.check();
      world.moveLeadership();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(world.report(ManagersSimTest.class, e), e);
    } finally {
      world.close();
      MoreFiles.deleteRecursively(dir, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static final class World extends SimulatedCluster {
    private final Path dir;
    private final LocalNetwork network;
    private final SimulatedLogGroup logs;
    private final Store agreed = new Store();

    /** Null while it does not run. */
    private final SwarmNode[] managers = new SwarmNode[MANAGERS];

    /** I-1: what each service may be: one spec, unless nobody knows what became of a write. */
    private final Map<String, Set<ServiceSpec>> possible = new TreeMap<>();

    /** Services with a write under way, and where and when that was asked for. */
    private final Map<String, String> busy = new TreeMap<>();

    World(long seed, Path dir) {
      super(seed);
      this.dir = dir;
      this.network = new LocalNetwork(simulation.environment());
      this.logs = new SimulatedLogGroup(simulation);
      logs.snapshots(20 + random.nextInt(300), random.nextInt(50));
      logs.observe(agreed);
      agreed.watch(Runnable::run, Integer.MAX_VALUE, invariants);
    }

    private SwarmNode.Builder manager(int i) {
      return SwarmNode.builder()
          .asManager()
          .name("m" + i)
          .environment(simulation.environment())
          .network(network)
          .dataDir(dir.resolve("m" + i))
          .availability(NodeAvailability.DRAIN)
          .runtime(SimulatedHost.builder(simulation.environment()).build().runtime())
          .placement(new SpreadPlacementEngine())
          .log(logs);
    }

    void start() {
      managers[0] = manager(0).start();
      for (int i = 1; i < MANAGERS; i++) {
        managers[i] = manager(i).join(managers[i - 1]).start();
      }
      for (int i = 0; i < WORKERS; i++) {
        addWorker(i, managers[i % MANAGERS]);
      }
      for (int i = 0; i < SERVICES; i++) {
        Service service = swarm().services().create(spec(i, 40)).await();
        possible.put(service.name(), new LinkedHashSet<>(List.of(service.spec())));
      }
      for (String name : possible.keySet()) {
        converge(name, Duration.ofMinutes(2));
      }
    }

    private SwarmNode anyManager() {
      List<SwarmNode> up = new ArrayList<>();
      for (SwarmNode manager : managers) {
        if (manager != null) {
          up.add(manager);
        }
      }
      return up.get(random.nextInt(up.size()));
    }

    @Override
    Swarm swarm() {
      return anyManager().swarm();
    }

    @Override
    NetworkFaults faults() {
      return network.faults();
    }

    @Override
    ReadView view() {
      return agreed.view();
    }

    void chaos() {
      perhapsBadLinks();
      Duration end = simulation.elapsed().plus(CHAOS);
      while (simulation.elapsed().compareTo(end) < 0) {
        disturb();
        simulation.runFor(Duration.ofMillis(100 + random.nextInt(6_000)));
      }
    }

    private void disturb() {
      int worker = random.nextInt(WORKERS);
      String id = workers.get(worker).id();
      String service = "s" + random.nextInt(SERVICES);
      int manager = random.nextInt(MANAGERS);
      switch (random.nextInt(16)) {
        case 0, 1 -> logs.moveLeadership();
        case 2 -> kill(leading());
        case 3 -> kill(manager);
        case 4, 5, 6 -> runAgain();
        case 7 -> cutOff(leading());
        case 8 -> cutOff(manager);
        case 9 -> isolateForAWhile(id);
        case 10 -> faults().breakConnections(id);
        case 11 -> availability(id, NodeAvailability.DRAIN);
        case 12 -> availability(id, NodeAvailability.ACTIVE);
        case 13 -> {
          long replicas = 20L + random.nextInt(30);
          write(service, spec -> spec.toBuilder().replicas(replicas).build());
        }
        case 14 -> {
          String image = "app:" + random.nextInt(1_000);
          write(service, spec -> spec.toBuilder().image(image).build());
        }
        default -> crashSome(hosts.get(worker));
      }
    }

    private int leading() {
      String leader = logs.leaderNode().orElse("");
      for (int i = 0; i < MANAGERS; i++) {
        if (managers[i] != null && managers[i].id().equals(leader)) {
          return i;
        }
      }
      return random.nextInt(MANAGERS);
    }

    /** One manager always lives, so that there is somebody to ask. */
    private void kill(int i) {
      SwarmNode manager = managers[i];
      int up = 0;
      for (SwarmNode each : managers) {
        up += each == null ? 0 : 1;
      }
      if (manager != null && up > 1) {
        managers[i] = null;
        if (random.nextInt(4) != 0) {
          logs.kill(manager.id()); // else it ends in good order, and hands on
        }
        manager.detach();
      }
    }

    private void runAgain() {
      for (int i = 0; i < MANAGERS; i++) {
        if (managers[i] == null) {
          managers[i] = manager(i).start();
          return;
        }
      }
    }

    private void cutOff(int i) {
      SwarmNode manager = managers[i];
      if (manager != null) {
        String id = manager.id();
        logs.isolate(id);
        faults().isolate(id);
        faults().isolate(LocalNodeNetwork.addressOf(id));
        simulation.schedule(
            Duration.ofMillis(random.nextInt(20_000)),
            () -> {
              logs.heal(id);
              faults().heal(id);
              faults().heal(LocalNodeNetwork.addressOf(id));
            });
      }
    }

    private void availability(String id, NodeAvailability availability) {
      Reply<?> reply =
          swarm().nodes().update(id, spec -> spec.toBuilder().availability(availability).build());
      reply.whenComplete((node, error) -> expected(error));
    }

    /** A user who does not wait, but does nothing else with a service meanwhile. */
    private void write(String service, UnaryOperator<ServiceSpec> change) {
      if (busy.containsKey(service)) {
        return;
      }
      SwarmNode manager = anyManager();
      busy.put(service, "at " + manager.id() + " after " + simulation.elapsed());
      Reply<Service> reply = manager.swarm().services().update(service, change);
      reply.whenComplete(
          (written, error) -> {
            busy.remove(service);
            Set<ServiceSpec> now = possible.get(service);
            if (error == null) {
              now.clear();
              now.add(written.spec());
            } else if (expected(error)) {
              List.copyOf(now).forEach(spec -> now.add(change.apply(spec)));
            }
          });
    }

    /** Whether what failed may have been done nevertheless. */
    private static boolean expected(Throwable error) {
      if (error == null) {
        return false;
      }
      assertThat(error)
          .isInstanceOfAny(
              UnavailableException.class,
              NotLeaderException.class,
              IndeterminateResultException.class,
              VersionConflictException.class);
      return error instanceof IndeterminateResultException;
    }

    void heal() {
      for (int i = 0; i < MANAGERS; i++) {
        runAgain();
      }
      logs.healAll();
      faults().healAll();
      simulation.runFor(Duration.ofMinutes(2));
      assertThat(busy).as("writes without an answer").isEmpty();
      calm();
      for (String name : List.copyOf(possible.keySet())) {
        Service service = swarm().services().inspect(name).await();
        assertThat(possible.get(name)).as("I-1 " + name).contains(service.spec());
        if (service.updateStatus() != null) {
          // A paused update goes on with the next one.
          Service updated = swarm().services().update(name, this::nextImage).await();
          possible.put(name, Set.of(updated.spec()));
        }
        converge(name, Duration.ofMinutes(15));
      }
      simulation.runFor(Duration.ofMinutes(1));
    }

    void check() {
      checkRest();
      assertThat(logs.violations()).as("I-13").isEmpty();
      for (SwarmNode manager : managers) {
        manager.swarm().barrier().await();
        assertThat(manager.store().fingerprint()).as("I-13").isEqualTo(agreed.fingerprint());
        possible.forEach(
            (name, specs) ->
                assertThat(specs)
                    .as("I-1 " + name)
                    .contains(manager.swarm().services().inspect(name).await().spec()));
      }
    }

    void moveLeadership() {
      List<Task> before = tasks();
      for (int i = 0; i < 3; i++) {
        logs.moveLeadership();
        simulation.runFor(Duration.ofSeconds(30));
      }
      kill(leading());
      simulation.runFor(Duration.ofSeconds(30));
      runAgain();
      simulation.runFor(Duration.ofSeconds(30));
      assertThat(tasks()).as("I-9").isEqualTo(before);
      assertThat(invariants.violations()).as("invariants").isEmpty();
      assertThat(logs.violations()).as("I-13").isEmpty();
    }

    private List<Task> tasks() {
      return StreamSupport.stream(view().tasks().spliterator(), false).toList();
    }

    /** Gives the data directories back. */
    void close() {
      for (SwarmNode manager : managers) {
        if (manager != null) {
          logs.kill(manager.id());
          manager.detach();
        }
      }
    }
  }
}
