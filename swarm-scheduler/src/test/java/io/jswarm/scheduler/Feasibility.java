// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Constraint;
import io.jswarm.model.DiscreteGenericResource;
import io.jswarm.model.GenericResource;
import io.jswarm.model.GenericResources;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.Platform;
import io.jswarm.model.PortConfig;
import io.jswarm.model.PublishMode;
import io.jswarm.model.Reservations;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The filters of S7.3 once more, read from the text and computed from the whole content each time:
 * what the engine is checked against.
 */
final class Feasibility {
  private Feasibility() {}

  /** The first filter that keeps a task off a node beside the given tasks of it; null if none. */
  static @Nullable String obstacle(Task task, Node node, Collection<Task> all) {
    List<Task> there =
        all.stream()
            .filter(other -> other.nodeId().equals(node.id()))
            .filter(other -> other.state().atLeast(TaskState.ASSIGNED))
            .filter(other -> other.state().atMost(TaskState.RUNNING))
            .toList();
    if (node.status().state() != NodeState.READY
        || node.spec().availability() != NodeAvailability.ACTIVE) {
      return "ready";
    }
    if (!resourcesFit(task, node, there)) {
      return "resources";
    }
    if (!Constraint.allMatch(task.spec().placement().constraints(), node)) {
      return "constraints";
    }
    if (!platformFits(task, node.description().platform())) {
      return "platform";
    }
    for (Task other : there) {
      if (hostPorts(task).stream().anyMatch(hostPorts(other)::contains)) {
        return "host-ports";
      }
    }
    return maxReplicasReached(task, there) ? "max-replicas" : null;
  }

  private static boolean resourcesFit(Task task, Node node, List<Task> there) {
    Reservations wanted = task.spec().resources().reservations();
    if (wanted.isEmpty()) {
      return true;
    }
    long cpu = node.description().resources().nanoCpus() - wanted.nanoCpus();
    long memory = node.description().resources().memoryBytes() - wanted.memoryBytes();
    List<String> units = new ArrayList<>();
    node.description().resources().generic().forEach(resource -> units.addAll(units(resource)));
    for (Task other : there) {
      cpu -= other.spec().resources().reservations().nanoCpus();
      memory -= other.spec().resources().reservations().memoryBytes();
      for (GenericResource claim : other.assignedGenericResources()) {
        units(claim).forEach(units::remove);
      }
    }
    return cpu >= 0 && memory >= 0 && unitsFit(wanted, units);
  }

  /** Each unit on its own: {@code GPU} twice for a count of 2, {@code GPU=g1} for a name. */
  private static List<String> units(GenericResource resource) {
    if (resource instanceof DiscreteGenericResource count) {
      return Collections.nCopies(Math.toIntExact(count.value()), count.kind());
    }
    return List.of(GenericResources.format(List.of(resource)));
  }

  /** Only counts are asked for in random clusters. */
  private static boolean unitsFit(Reservations wanted, List<String> units) {
    for (GenericResource resource : wanted.generic()) {
      long free =
          units.stream()
              .filter(u -> u.equals(resource.kind()) || u.startsWith(resource.kind() + "="))
              .count();
      if (free < ((DiscreteGenericResource) resource).value()) {
        return false;
      }
    }
    return true;
  }

  private static boolean platformFits(Task task, Platform actual) {
    List<Platform> wanted = task.spec().placement().platforms();
    return wanted.isEmpty()
        || wanted.stream()
            .anyMatch(
                platform ->
                    platform.os().equals(actual.os())
                        && (platform.architecture().isEmpty()
                            || alias(platform.architecture())
                                .equals(alias(actual.architecture()))));
  }

  private static String alias(String architecture) {
    return architecture.replace("x86_64", "amd64").replace("aarch64", "arm64");
  }

  private static Set<String> hostPorts(Task task) {
    Set<String> ports = new TreeSet<>();
    for (PortConfig port : task.endpoint().ports()) {
      if (port.publishMode() == PublishMode.HOST && port.publishedPort() > 0) {
        ports.add(port.publishedPort() + "/" + port.protocol());
      }
    }
    return ports;
  }

  private static boolean maxReplicasReached(Task task, List<Task> there) {
    long max = task.spec().placement().maxReplicas();
    return max > 0 && activeOf(task.serviceId(), there) >= max;
  }

  /** Tasks of a service that are wanted. */
  static long activeOf(String service, Collection<Task> there) {
    return there.stream()
        .filter(other -> other.serviceId().equals(service))
        .filter(other -> other.desiredState().atMost(TaskState.COMPLETE))
        .count();
  }
}
