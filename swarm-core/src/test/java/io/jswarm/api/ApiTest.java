// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.jswarm.InvalidSpecException;
import io.jswarm.InvalidSpecException.Violation;
import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.SwarmException;
import io.jswarm.SwarmNode;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.orchestration.SpreadingTestEngine;
import io.jswarm.runtime.SimulatedHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/** A cluster on virtual time, used through its API alone: a drained manager and named workers. */
abstract class ApiTest {
  static final Duration MINUTE = Duration.ofMinutes(1);

  final SimulatedEnvironment world = new SimulatedEnvironment(42);
  final SwarmNode manager =
      SwarmNode.builder()
          .asManager()
          .name("manager")
          .environment(world.environment())
          .availability(NodeAvailability.DRAIN)
          .placement(new SpreadingTestEngine())
          .runtime(SimulatedHost.builder(world.environment()).hostname("manager").build().runtime())
          .start();
  final Swarm swarm = manager.swarm();
  final Map<String, SimulatedHost> hosts = new TreeMap<>();
  private final Map<String, SwarmNode> workers = new TreeMap<>();

  @AfterEach
  void closeAll() {
    workers.values().forEach(SwarmNode::close);
    manager.close();
  }

  final SwarmNode worker(String name) {
    return worker(name, host -> host);
  }

  final SwarmNode worker(String name, UnaryOperator<SimulatedHost.Builder> change) {
    SimulatedHost host =
        change.apply(SimulatedHost.builder(world.environment()).hostname(name)).build();
    hosts.put(name, host);
    SwarmNode worker =
        SwarmNode.builder()
            .asWorker()
            .join(manager)
            .name(name)
            .label("zone", name)
            .runtime(host.runtime())
            .start();
    workers.put(name, worker);
    return worker;
  }

  /** Stops the worker's agent, as when its machine is cut off for good. */
  final void loseWorker(String name) {
    workers.get(name).detach();
    world.runFor(Duration.ofSeconds(1));
  }

  static ServiceSpecBuilder web(long replicas) {
    return ServiceSpec.replicated("web", replicas).image("app:1");
  }

  final Service create(ServiceSpecBuilder spec) {
    return swarm.services().create(spec.build()).await();
  }

  final Service run(ServiceSpecBuilder spec) {
    Service service = create(spec);
    converge(service.name());
    return service;
  }

  final Progress converge(String service) {
    return swarm.services().awaitConverged(service, MINUTE).await(MINUTE.multipliedBy(2));
  }

  final Service service(String name) {
    return swarm.services().inspect(name).await();
  }

  final List<Task> running(String service) {
    return swarm.tasks().list(Filter.all().service(service)).await().stream()
        .filter(task -> task.state() == TaskState.RUNNING)
        .toList();
  }

  static String image(Service service) {
    return service.spec().task().container().orElseThrow().image();
  }

  /** What the call fails with. */
  static Throwable failure(Reply<?> reply) {
    return catchThrowable(() -> reply.await(MINUTE.multipliedBy(10)));
  }

  static List<Violation> violations(Reply<?> reply) {
    SwarmException error = (SwarmException) failure(reply);
    return error instanceof InvalidSpecException invalid ? invalid.violations() : List.of();
  }
}
