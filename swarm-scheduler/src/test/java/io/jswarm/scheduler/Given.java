// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Endpoint;
import io.jswarm.model.EndpointSpec;
import io.jswarm.model.EngineDescription;
import io.jswarm.model.EngineDescription.Plugin;
import io.jswarm.model.GenericResources;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.NodeStatus;
import io.jswarm.model.Platform;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Reservations;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Nodes and tasks to test with. */
final class Given {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final long GIB = 1L << 30;

  private Given() {}

  /** A node that is READY and active, with nothing but a platform. */
  static Node node(String id) {
    return Node.of(id, NodeSpec.worker())
        .withStatus(new NodeStatus(NodeState.READY, "", ""))
        .withDescription(
            NodeDescription.of("host-" + id, new Platform("linux", "amd64"), NodeResources.NONE));
  }

  /** The same with CPUs, bytes of memory, and generic resources in their text form. */
  static Node node(String id, double cpus, long memory, String generic) {
    Node node = node(id);
    return node.withDescription(
        node.description()
            .withResources(
                new NodeResources(
                    Math.round(cpus * 1e9), memory, GenericResources.parse(generic))));
  }

  static Node label(Node node, String key, String value) {
    return node.withSpec(node.spec().toBuilder().label(key, value).build());
  }

  static Node engineLabel(Node node, String key, String value) {
    NodeDescription description = node.description();
    return node.withDescription(
        description.withEngine(
            new EngineDescription("1", Map.of(key, value), description.engine().plugins())));
  }

  static Node platform(Node node, String os, String architecture) {
    NodeDescription description = node.description();
    return node.withDescription(
        NodeDescription.of(
            description.hostname(), new Platform(os, architecture), description.resources()));
  }

  /** The same with an engine that has plugins, each given as {@code Type/name}. */
  static Node plugins(Node node, String... plugins) {
    List<Plugin> list =
        Stream.of(plugins)
            .map(text -> text.split("/", 2))
            .map(parts -> new Plugin(parts[0], parts[1]))
            .toList();
    return node.withDescription(
        node.description().withEngine(new EngineDescription("1", Map.of(), list)));
  }

  static Node availability(Node node, NodeAvailability availability) {
    return node.withSpec(node.spec().toBuilder().availability(availability).build());
  }

  static Node state(Node node, NodeState state) {
    return node.withStatus(new NodeStatus(state, "", ""));
  }

  /** A spec without any wish. */
  static TaskSpec.Builder spec() {
    return TaskSpec.builder(ContainerSpec.of("image"));
  }

  static Reservations reserve(double cpus, long memory, String generic) {
    return new Reservations(Math.round(cpus * 1e9), memory, GenericResources.parse(generic));
  }

  static Endpoint endpoint(PortConfig... ports) {
    return new Endpoint(EndpointSpec.DEFAULT, List.of(ports), List.of());
  }

  /** A waiting task of a replicated service: PENDING, wanted RUNNING. */
  static Task task(String service, int slot, long version, TaskSpec spec) {
    return task(service + "." + slot + "." + version, service, slot, version, spec);
  }

  static Task task(String id, String service, int slot, long version, TaskSpec spec) {
    return Task.builder(id, spec, TaskStatus.of(TaskState.PENDING, START, ""), TaskState.RUNNING)
        .serviceId(service)
        .serviceName(service)
        .slot(slot)
        .specVersion(version)
        .build();
  }

  static Task with(Task task, UnaryOperator<Task.Builder> change) {
    return change.apply(task.toBuilder()).build();
  }

  static Task in(Task task, TaskState state) {
    return task.withStatus(TaskStatus.of(state, task.status().timestamp(), ""));
  }
}
