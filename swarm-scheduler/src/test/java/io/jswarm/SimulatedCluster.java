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
import io.jswarm.store.ReadView;
import io.jswarm.transport.LinkFaults;
import io.jswarm.transport.NetworkFaults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole cluster on virtual time, with workers, services of all sorts and tasks that crash now and
 * then until it is {@link #calm}. Which managers it has is left to who extends it.
 */
abstract class SimulatedCluster {
  final long seed;
  final SimulatedEnvironment simulation;
  final RandomSource random;
  final List<SimulatedHost> hosts = new ArrayList<>();
  final List<SwarmNode> workers = new ArrayList<>();
  final ClusterInvariants invariants = new ClusterInvariants();
  private boolean calm;

  SimulatedCluster(long seed) {
    this.seed = seed;
    this.simulation = new SimulatedEnvironment(seed);
    this.random = RandomSource.seeded(seed ^ 0x5eed);
  }

  /** The control API of a manager that can be used now. */
  abstract Swarm swarm();

  abstract NetworkFaults faults();

  /** What all managers agree on. */
  abstract ReadView view();

  final SwarmNode addWorker(int i, SwarmNode manager) {
    SimulatedHost host =
        SimulatedHost.builder(simulation.environment())
            .hostname("w" + i)
            .resources(new NodeResources(16_000_000_000L, 32L << 30, List.of()))
            .prepareTime(Duration.ofMillis(10), Duration.ofSeconds(2))
            .startTime(Duration.ofMillis(5), Duration.ofMillis(500))
            .program(this::program)
            .build();
    hosts.add(host);
    SwarmNode worker =
        SwarmNode.builder()
            .asWorker()
            .join(manager)
            .name("w" + i)
            .label("zone", "z" + i % 3)
            .runtime(host.runtime())
            .start();
    workers.add(worker);
    return worker;
  }

  private void program(io.jswarm.runtime.SimulatedTask task) {
    if (!calm) {
      SimulatedProgram.crashing(0.2, Duration.ofMinutes(5), 1).start(task);
    }
  }

  /** Services differ in what they ask for. */
  static ServiceSpec spec(int i, int replicas) {
    ServiceSpecBuilder spec =
        ServiceSpec.replicated("s" + i, replicas)
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
    return spec.build();
  }

  final void converge(String service, Duration patience) {
    Swarm swarm = swarm();
    swarm.barrier().await(); // the write that is to converge may have gone to another manager
    swarm.services().awaitConverged(service, patience).await(patience.plus(Duration.ofMinutes(1)));
  }

  /** One seed in three has links that lose, double and delay messages. */
  final void perhapsBadLinks() {
    if (random.nextInt(3) == 0) {
      faults()
          .everywhere(
              new LinkFaults(
                  random.nextDouble() * 0.05,
                  random.nextDouble() * 0.05,
                  random.nextDouble() * 0.05,
                  Duration.ZERO,
                  Duration.ofMillis(1 + random.nextInt(50))));
    }
  }

  final void isolateForAWhile(String nodeId) {
    faults().isolate(nodeId);
    simulation.schedule(Duration.ofMillis(random.nextInt(60_000)), () -> faults().heal(nodeId));
  }

  final ServiceSpec nextImage(ServiceSpec spec) {
    return spec.toBuilder().image("app:" + (1 + random.nextInt(1_000))).build();
  }

  final void crashSome(SimulatedHost host) {
    host.running().stream()
        .limit(1 + random.nextInt(5))
        .forEach(run -> host.crash(run.taskId(), 137));
  }

  /** From now on nothing goes wrong; all that will still crash has done so when this returns. */
  final void calm() {
    calm = true;
    faults().healAll();
    for (SwarmNode worker : workers) {
      swarm().nodes().update(worker.id(), SimulatedCluster::active).await();
    }
    simulation.runFor(Duration.ofMinutes(6));
  }

  private static NodeSpec active(NodeSpec spec) {
    return spec.toBuilder().availability(NodeAvailability.ACTIVE).build();
  }

  /** No invariant was broken, and everything wanted runs, and nothing else. */
  final void checkRest() {
    assertThat(invariants.violations()).as("invariants").isEmpty();
    ReadView view = view();
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
                        assertThat(view.task(run.taskId())).as("I-17 leaked " + run).isPresent()));
  }

  final String report(Class<?> test, Throwable error) {
    StringBuilder text =
        new StringBuilder(
            "seed " + seed + " failed after " + simulation.elapsed() + ": " + error.getMessage());
    text.append("\nreplay: mvn -pl swarm-scheduler -am test -Dtest=")
        .append(test.getSimpleName())
        .append(" -Dsurefire.failIfNoSpecifiedTests=false -Dswarm.sim.seed=")
        .append(seed);
    invariants.violations().stream().limit(20).forEach(line -> text.append("\n  ").append(line));
    for (Node node : view().nodes()) {
      text.append("\n  node ")
          .append(node.name())
          .append(' ')
          .append(node.id())
          .append(' ')
          .append(node.status().state())
          .append(' ')
          .append(node.spec().availability());
    }
    return text.append("\nlast events:\n").append(invariants.trace()).toString();
  }
}
