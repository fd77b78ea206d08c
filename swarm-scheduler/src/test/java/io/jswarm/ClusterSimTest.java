// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.RandomSource;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeResources;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.runtime.SimulatedProgram;
import io.jswarm.scheduler.SpreadPlacementEngine;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.ReadView;
import io.jswarm.transport.LinkFaults;
import java.time.Duration;
import java.util.ArrayList;
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
      throw new AssertionError(world.report(e), e);
    }
  }

  private static final class World {
    private final long seed;
    private final SimulatedEnvironment simulation;
    private final RandomSource random;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final List<SwarmNode> workers = new ArrayList<>();
    private final ClusterInvariants invariants = new ClusterInvariants();

    /** I-1: what the last acknowledged write made of each service. */
    private final Map<String, ServiceSpec> acknowledged = new TreeMap<>();

    private SwarmNode manager;
    private boolean calm;

    World(long seed) {
      this.seed = seed;
      this.simulation = new SimulatedEnvironment(seed);
      this.random = RandomSource.seeded(seed ^ 0x5eed);
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
        addWorker(i);
      }
      for (int i = 0; i < SERVICES; i++) {
        create(i);
      }
      for (String name : List.copyOf(acknowledged.keySet())) {
        swarm().services().awaitConverged(name, Duration.ofMinutes(2)).await(Duration.ofMinutes(3));
      }
    }

    private Swarm swarm() {
      return manager.swarm();
    }

    private void addWorker(int i) {
      SimulatedHost host =
          SimulatedHost.builder(simulation.environment())
              .hostname("w" + i)
              .resources(new NodeResources(16_000_000_000L, 32L << 30, List.of()))
              .prepareTime(Duration.ofMillis(10), Duration.ofSeconds(2))
              .startTime(Duration.ofMillis(5), Duration.ofMillis(500))
              .program(this::program)
              .build();
      hosts.add(host);
      workers.add(
          SwarmNode.builder()
              .asWorker()
              .join(manager)
              .name("w" + i)
              .label("zone", "z" + i % 3)
              .runtime(host.runtime())
              .start());
    }

    private void program(io.jswarm.runtime.SimulatedTask task) {
      if (!calm) {
        SimulatedProgram.crashing(0.2, Duration.ofMinutes(5), 1).start(task);
      }
    }

    private void create(int i) {
      ServiceSpecBuilder spec =
          ServiceSpec.replicated("s" + i, 100)
              .image("app:1")
              .update(update -> update.parallelism(10).delay(Duration.ofSeconds(i % 3)));
      switch (i % 5) {
        case 0 -> spec.constraint("node.labels.zone == z" + i % 3);
        case 1 -> spec.reserve(0.25, 64 << 20);
        case 2 -> spec.maxReplicasPerNode(5);
        case 3 ->
            spec.restart(
                restart ->
                    restart.delay(Duration.ofSeconds(2)).condition(RestartCondition.ON_FAILURE));
        default -> spec.spreadOver("node.labels.zone").constraint("node.role == worker");
      }
      acknowledge(swarm().services().create(spec.build()).await());
    }

    private void acknowledge(Service service) {
      acknowledged.put(service.name(), service.spec());
    }

    void chaos() {
      if (random.nextInt(3) == 0) {
        manager
            .faults()
            .everywhere(
                new LinkFaults(
                    random.nextDouble() * 0.05,
                    random.nextDouble() * 0.05,
                    random.nextDouble() * 0.05,
                    Duration.ZERO,
                    Duration.ofMillis(1 + random.nextInt(50))));
      }
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
        case 0, 1 -> {
          manager.faults().isolate(id);
          simulation.schedule(
              Duration.ofMillis(random.nextInt(60_000)), () -> manager.faults().heal(id));
        }
        case 2 -> manager.faults().breakConnections(id);
        case 3 -> swarm().nodes().drain(id).await();
        case 4 -> swarm().nodes().pause(id).await();
        case 5, 6 -> swarm().nodes().activate(id).await();
        case 7 -> acknowledge(swarm().services().scale(service, 50 + random.nextInt(60)).await());
        case 8 -> acknowledge(swarm().services().update(service, this::nextImage).await());
        default -> crashSome(hosts.get(worker));
      }
    }

    private ServiceSpec nextImage(ServiceSpec spec) {
      return spec.toBuilder().image("app:" + (1 + random.nextInt(1_000))).build();
    }

    private void crashSome(SimulatedHost host) {
      host.running().stream()
          .limit(1 + random.nextInt(5))
          .forEach(run -> host.crash(run.taskId(), 137));
    }

    void heal() {
      calm = true;
      manager.faults().healAll();
      for (SwarmNode worker : workers) {
        swarm().nodes().update(worker.id(), this::active).await();
      }
      // Tasks that will still crash by a timer set earlier have done so after five minutes.
      simulation.runFor(Duration.ofMinutes(6));
      for (String name : List.copyOf(acknowledged.keySet())) {
        if (swarm().services().inspect(name).await().updateStatus() != null) {
          // A paused update goes on with the next one.
          acknowledge(swarm().services().update(name, this::nextImage).await());
        }
        swarm()
            .services()
            .awaitConverged(name, Duration.ofMinutes(15))
            .await(Duration.ofMinutes(16));
      }
      simulation.runFor(Duration.ofMinutes(1));
    }

    private NodeSpec active(NodeSpec spec) {
      return spec.toBuilder().availability(NodeAvailability.ACTIVE).build();
    }

    void check() {
      assertThat(invariants.violations()).as("invariants").isEmpty();
      ReadView view = manager.store().view();
      acknowledged.forEach(
          (name, spec) ->
              assertThat(swarm().services().inspect(name).await().spec())
                  .as("I-1 " + name)
                  .isEqualTo(spec));
      List<String> wanted = new ArrayList<>();
      for (Service service : view.services()) {
        long running = 0;
        for (Task task : view.tasksOfService(service.id())) {
          if (task.desiredState() == TaskState.RUNNING) {
            assertThat(task.state()).as(task.displayName()).isEqualTo(TaskState.RUNNING);
            wanted.add(task.id());
            running++;
          }
        }
        assertThat(running)
            .as(service.name())
            .isEqualTo(((ServiceMode.Replicated) service.spec().mode()).replicas());
      }
      List<String> containers = new ArrayList<>();
      hosts.forEach(host -> host.running().forEach(run -> containers.add(run.taskId())));
      assertThat(containers)
          .as("I-17 what runs is what is wanted")
          .containsExactlyInAnyOrderElementsOf(wanted);
      hosts.forEach(
          host ->
              host.tasks()
                  .forEach(
                      run ->
                          assertThat(view.task(run.taskId()))
                              .as("I-17 leaked " + run)
                              .isPresent()));
    }

    String report(Throwable error) {
      StringBuilder text =
          new StringBuilder(
              "seed " + seed + " failed after " + simulation.elapsed() + ": " + error.getMessage());
      text.append(
              "\nreplay: mvn -pl swarm-scheduler -am test -Dtest=ClusterSimTest -Dsurefire.failIfNoSpecifiedTests=false -Dswarm.sim.seed=")
          .append(seed);
      invariants.violations().stream().limit(20).forEach(line -> text.append("\n  ").append(line));
      if (manager != null) {
        for (Node node : manager.store().view().nodes()) {
          text.append("\n  node ")
              .append(node.name())
              .append(' ')
              .append(node.id())
              .append(' ')
              .append(node.status().state())
              .append(' ')
              .append(node.spec().availability());
        }
      }
      return text.append("\nlast events:\n").append(invariants.trace()).toString();
    }
  }
}
