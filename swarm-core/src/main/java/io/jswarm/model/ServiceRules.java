// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules of S1.4 for a service, but those for its container, which are {@link ContainerRules}.
 * Stateless.
 */
final class ServiceRules {
  private static final long MIN_NANO_CPUS = 1_000_000;
  private static final long MIN_MEMORY_BYTES = 4L << 20;
  private static final Pattern DNS_NAME = Pattern.compile("[A-Za-z0-9]+(?:[-_]+[A-Za-z0-9]+)*");

  private ServiceRules() {}

  static void check(ServiceSpec spec, Violations found) {
    dnsName(spec.name(), found);
    mode(spec, found);
    task(spec, found);
    update("update", spec.update(), found);
    update("rollback", spec.rollback(), found);
    endpoint(spec.endpoint(), found);
  }

  /** Names of services and networks (S1.1). */
  static void dnsName(String name, Violations found) {
    found.when(
        name.length() > 63 || !DNS_NAME.matcher(name).matches(),
        "name",
        "\""
            + name
            + "\" must have 1 to 63 letters, digits, - or _, the first and the last a letter or"
            + " digit");
  }

  private static void mode(ServiceSpec spec, Violations found) {
    ServiceMode mode = spec.mode();
    if (mode instanceof ServiceMode.Replicated replicated) {
      found.notNegative("mode.replicas", replicated.replicas());
    } else if (mode instanceof ServiceMode.ReplicatedJob job) {
      found.notNegative("mode.maxConcurrent", job.maxConcurrent());
      found.notNegative("mode.totalCompletions", job.totalCompletions());
    }
    found.when(
        mode.isJob() && spec.update() != null,
        "update",
        "a job is run anew instead of updated: leave the update config out");
  }

  private static void task(ServiceSpec spec, Violations found) {
    TaskSpec task = spec.task();
    resources(task.resources(), found);
    RestartPolicy restart = task.restart();
    if (restart != null) {
      Duration delay = restart.delay();
      if (delay != null) {
        found.notNegative("task.restart.delay", delay);
      }
      found.notNegative("task.restart.maxAttempts", restart.maxAttempts());
      found.notNegative("task.restart.window", restart.window());
    }
    List<String> constraints = task.placement().constraints();
    for (int i = 0; i < constraints.size(); i++) {
      try {
        Constraint.parse(constraints.get(i));
      } catch (IllegalArgumentException e) {
        found.add("task.placement.constraints[" + i + "]", String.valueOf(e.getMessage()));
      }
    }
    found.notNegative("task.placement.maxReplicas", task.placement().maxReplicas());
    runtime(spec, found);
  }

  private static void runtime(ServiceSpec spec, Violations found) {
    TaskRuntimeSpec runtime = spec.task().runtime();
    if (runtime instanceof ContainerSpec container) {
      new ContainerRules(container, spec.labels(), found).check();
    } else if (runtime instanceof GenericRuntimeSpec generic) {
      String kind = generic.kind().toLowerCase(Locale.ROOT);
      found.when(
          kind.length() < 3 || kind.equals("container") || kind.equals("attachment"),
          "task.runtime.kind",
          "\""
              + generic.kind()
              + "\" must have 3 characters or more and not be container or attachment");
      found.when(
          generic.typeUrl().isEmpty(), "task.runtime.typeUrl", "the payload needs a type URL");
      found.when(generic.value().isEmpty(), "task.runtime.value", "the payload is empty");
    } else {
      found.add("task.runtime", "a service cannot run a network attachment");
    }
  }

  private static void resources(ResourceRequirements resources, Violations found) {
    Limits limits = resources.limits();
    amounts("task.resources.limits", limits.nanoCpus(), limits.memoryBytes(), found);
    Reservations reservations = resources.reservations();
    amounts(
        "task.resources.reservations", reservations.nanoCpus(), reservations.memoryBytes(), found);
    generic(reservations.generic(), found);
    Long swap = resources.swapBytes();
    found.when(
        swap != null && swap < -1,
        "task.resources.swapBytes",
        "must be a number of bytes, or -1 for no limit, not " + swap);
    Long swappiness = resources.memorySwappiness();
    found.when(
        swappiness != null && (swappiness < 0 || swappiness > 100),
        "task.resources.memorySwappiness",
        "must be 0 to 100, not " + swappiness);
  }

  private static void amounts(String path, long nanoCpus, long memoryBytes, Violations found) {
    found.when(
        nanoCpus != 0 && nanoCpus < MIN_NANO_CPUS,
        path + ".nanoCpus",
        "must be 0 or at least 1000000 (0.001 CPU), not " + nanoCpus);
    found.when(
        memoryBytes != 0 && memoryBytes < MIN_MEMORY_BYTES,
        path + ".memoryBytes",
        "must be 0 or at least 4194304 (4 MiB), not " + memoryBytes);
  }

  private static void generic(List<GenericResource> generic, Violations found) {
    // The original finds these errors and then forgets them (S1.4 rule 3, S15 quirk 1).
    Map<String, Boolean> named = new LinkedHashMap<>();
    Set<GenericResource> seen = new HashSet<>();
    for (int i = 0; i < generic.size(); i++) {
      GenericResource resource = generic.get(i);
      String path = "task.resources.reservations.generic[" + i + "]";
      boolean isNamed = resource instanceof NamedGenericResource;
      found.when(resource.kind().isBlank(), path, "a generic resource needs a kind");
      if (resource instanceof DiscreteGenericResource discrete) {
        found.notNegative(path, discrete.value());
      } else if (resource instanceof NamedGenericResource unit) {
        found.when(unit.value().isBlank(), path, "a named generic resource needs a value");
      }
      Boolean before = named.putIfAbsent(resource.kind(), isNamed);
      if (before != null) {
        found.when(
            before != isNamed, path, resource.kind() + " is reserved both as a count and by name");
        found.when(!before && !isNamed, path, resource.kind() + " is counted twice");
        found.when(isNamed && seen.contains(resource), path, "the same unit is reserved twice");
      }
      seen.add(resource);
    }
  }

  private static void update(String path, @Nullable UpdateConfig config, Violations found) {
    if (config == null) {
      return;
    }
    found.notNegative(path + ".parallelism", config.parallelism());
    found.notNegative(path + ".delay", config.delay());
    Duration monitor = config.monitor();
    if (monitor != null) {
      found.notNegative(path + ".monitor", monitor);
    }
    double ratio = config.maxFailureRatio();
    found.when(
        !(ratio >= 0 && ratio <= 1), path + ".maxFailureRatio", "must be 0 to 1, not " + ratio);
  }

  private static void endpoint(EndpointSpec endpoint, Violations found) {
    Map<String, Integer> published = new LinkedHashMap<>();
    for (int i = 0; i < endpoint.ports().size(); i++) {
      PortConfig port = endpoint.ports().get(i);
      String path = "endpoint.ports[" + i + "]";
      found.when(
          endpoint.mode() == EndpointMode.DNSRR && port.publishMode() == PublishMode.INGRESS,
          path + ".publishMode",
          "a service without a virtual address (DNSRR) can publish ports in HOST mode only");
      found.when(
          port.targetPort() < 1 || port.targetPort() > 65_535,
          path + ".targetPort",
          "must be 1 to 65535, not " + port.targetPort());
      found.when(
          port.publishedPort() < 0 || port.publishedPort() > 65_535,
          path + ".publishedPort",
          "must be 0 to 65535, not " + port.publishedPort());
      if (port.publishedPort() != 0) {
        String key = port.publishedPort() + "/" + port.protocol().name().toLowerCase(Locale.ROOT);
        Integer other = published.putIfAbsent(key, i);
        found.when(other != null, path, key + " is published already by ports[" + other + "]");
      }
    }
  }
}
