// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeAvailability;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.scheduler.SpreadPlacementEngine;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.ReadView;
import io.jswarm.transport.NetworkFaults;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole cluster on virtual time: one manager, 50 workers, 1 000 tasks that crash now and then,
 * ten minutes of partitions, lossy links, drains, updates and scaling; then everything heals. Every
 * commit is checked against the invariants.
 *
 * <p>Replay one seed with {@code -Dswarm.sim.seed=N}; run more with {@code -Dswarm.sim.seeds=N}.
 */
@Tag("sim")
@Execution(ExecutionMode.CONCURRENT)
class ClusterSimTest {
  private static final int WORKERS = 50;
  private static final int SERVICES = 10;
  private static final Duration CHAOS = Duration.ofMinutes(10);

  static LongStream seeds() {
    Long only = Long.getLong("swarm.sim.seed");
    return only != null
        ? LongStream.of(only)
        : LongStream.rangeClosed(1, Long.getLong("swarm.sim.seeds", 200));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void invariantsHoldAndTheClusterConvergesAfterHealing(long seed) {
    World world = new World(seed);
    try {
      world.start();
      world.chaos();
      world.heal();
      world.check();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(world.report(ClusterSimTest.class, e), e);
    }
  }

  private static final class World extends SimulatedCluster {
    /** I-1: what the last acknowledged write made of each service. */
    private final Map<String, ServiceSpec> acknowledged = new TreeMap<>();

    private SwarmNode manager;

    World(long seed) {
      super(seed);
    }

    void start() {
      // One seed in twenty sends every entry through its bytes, as a log between machines would.
      manager =
          SwarmNode.builder()
              .asManager()
              .environment(simulation.environment())
              .availability(NodeAvailability.DRAIN)
              .runtime(SimulatedHost.builder(simulation.environment()).build().runtime())
              .placement(new SpreadPlacementEngine())
              .log(seed % 20 == 0 ? MemoryLog.throughBytes() : MemoryLog.create())
              .start();
      manager.store().watch(Runnable::run, Integer.MAX_VALUE, invariants);
      for (int i = 0; i < WORKERS; i++) {
        addWorker(i, manager);
      }
      for (int i = 0; i < SERVICES; i++) {
        acknowledge(swarm().services().create(spec(i, 100)).await());
      }
      for (String name : List.copyOf(acknowledged.keySet())) {
        converge(name, Duration.ofMinutes(2));
      }
    }

    @Override
    Swarm swarm() {
      return manager.swarm();
    }

    @Override
    NetworkFaults faults() {
      return manager.faults();
    }

    @Override
    ReadView view() {
      return manager.store().view();
    }

    private void acknowledge(Service service) {
      acknowledged.put(service.name(), service.spec());
    }

    void chaos() {
      perhapsBadLinks();
      Duration end = simulation.elapsed().plus(CHAOS);
      while (simulation.elapsed().compareTo(end) < 0) {
        disturb();
        simulation.runFor(Duration.ofMillis(200 + random.nextInt(8_000)));
      }
    }

    private void disturb() {
      int worker = random.nextInt(WORKERS);
      String id = workers.get(worker).id();
      String service = "s" + random.nextInt(SERVICES);
      switch (random.nextInt(10)) {
        case 0, 1 -> isolateForAWhile(id);
        case 2 -> faults().breakConnections(id);
        case 3 -> swarm().nodes().drain(id).await();
        case 4 -> swarm().nodes().pause(id).await();
        case 5, 6 -> swarm().nodes().activate(id).await();
        case 7 -> acknowledge(swarm().services().scale(service, 50 + random.nextInt(60)).await());
        case 8 -> acknowledge(swarm().services().update(service, this::nextImage).await());
        default -> crashSome(hosts.get(worker));
      }
    }

    void heal() {
      calm();
      for (String name : List.copyOf(acknowledged.keySet())) {
        if (swarm().services().inspect(name).await().updateStatus() != null) {
          // A paused update goes on with the next one.
          acknowledge(swarm().services().update(name, this::nextImage).await());
        }
        converge(name, Duration.ofMinutes(15));
      }
      simulation.runFor(Duration.ofMinutes(1));
    }

    void check() {
      acknowledged.forEach(
          (name, spec) ->
              assertThat(swarm().services().inspect(name).await().spec())
                  .as("I-1 " + name)
                  .isEqualTo(spec));
      checkRest();
    }
  }
}
