// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static io.jswarm.docker.ContainerRequest.set;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jswarm.TaskRuntimeException;
import io.jswarm.model.Config;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.DnsConfig;
import io.jswarm.model.LogDriver;
import io.jswarm.model.Privileges;
import io.jswarm.model.ResourceRequirements;
import io.jswarm.model.Task;
import io.jswarm.model.Ulimit;
import io.jswarm.spi.TaskAssignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The {@code HostConfig} of a container, but for its mounts and ports. Pure. */
final class HostSettings {
  /** Microseconds; a CPU limit is a quota over this period (S1.9). */
  private static final long CPU_PERIOD = 100_000;

  /** The least quota the kernel knows. */
  private static final long LEAST_CPU_QUOTA = 1_000;

  /** The least memory reservation the engine takes. */
  private static final long LEAST_MEMORY = 6L << 20;

  private HostSettings() {}

  static ObjectNode of(TaskAssignment assignment) {
    ContainerSpec container = assignment.container();
    ObjectNode host = JsonNodeFactory.instance.objectNode();
    resources(host, assignment.task().spec().resources());
    set(host, "PidsLimit", container.pidsLimit());
    set(host, "GroupAdd", container.groups());
    Boolean init = container.init();
    if (init != null) {
      host.put("Init", init);
    }
    host.put("ReadonlyRootfs", container.readOnly());
    set(host, "ExtraHosts", extraHosts(container.hosts()));
    DnsConfig dns = container.dnsConfig();
    set(host, "Dns", dns.nameservers());
    set(host, "DnsSearch", dns.search());
    set(host, "DnsOptions", dns.options());
    set(host, "CapAdd", container.capabilityAdd());
    set(host, "CapDrop", container.capabilityDrop());
    set(host, "Ulimits", ulimits(container.ulimits()));
    set(host, "Sysctls", container.sysctls());
    set(host, "OomScoreAdj", container.oomScoreAdj());
    set(host, "SecurityOpt", securityOptions(assignment));
    if (container.isolation() != ContainerSpec.Isolation.DEFAULT) {
      host.put("Isolation", container.isolation().name().toLowerCase(Locale.ROOT));
    }
    LogDriver logDriver = logDriver(assignment.task());
    if (logDriver != null) {
      ObjectNode log = host.putObject("LogConfig").put("Type", logDriver.name());
      set(log, "Config", logDriver.options());
    }
    return host;
  }

  private static void resources(ObjectNode host, ResourceRequirements resources) {
    long memory = resources.limits().memoryBytes();
    set(host, "Memory", memory);
    Long swap = resources.swapBytes();
    if (memory > 0 && swap != null) {
      // The engine counts memory and swap together.
      host.put("MemorySwap", swap < 0 ? -1 : memory + swap);
    }
    Long swappiness = resources.memorySwappiness();
    if (swappiness != null) {
      host.put("MemorySwappiness", swappiness);
    }
    long reservation = resources.reservations().memoryBytes();
    if (reservation >= LEAST_MEMORY) {
      host.put("MemoryReservation", memory > 0 ? Math.min(memory, reservation) : reservation);
    }
    long nanoCpus = resources.limits().nanoCpus();
    if (nanoCpus > 0) {
      host.put("CpuPeriod", CPU_PERIOD);
      host.put("CpuQuota", Math.max(LEAST_CPU_QUOTA, nanoCpus * CPU_PERIOD / 1_000_000_000L));
    }
  }

  /** {@code "IP name alias…"} is one {@code name:IP} per name to the engine. */
  private static List<String> extraHosts(List<String> hosts) {
    List<String> extra = new ArrayList<>();
    for (String host : hosts) {
      String[] words = host.strip().split("\\s+");
      for (int i = 1; i < words.length; i++) {
        extra.add(words[i] + ":" + words[0]);
      }
    }
    return extra;
  }

  private static ArrayNode ulimits(List<Ulimit> ulimits) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Ulimit limit : ulimits) {
      array
          .addObject()
          .put("Name", limit.name())
          .put("Soft", limit.soft())
          .put("Hard", limit.hard());
    }
    return array;
  }

  private static List<String> securityOptions(TaskAssignment assignment) {
    Privileges privileges = assignment.container().privileges();
    List<String> options = new ArrayList<>();
    Privileges.CredentialSpec credentials = privileges.credentialSpec();
    if (credentials != null) {
      options.add("credentialspec=" + credentialSpec(credentials, assignment));
    }
    Privileges.SeLinux seLinux = privileges.seLinux();
    if (seLinux != null) {
      seLinuxLabels(seLinux, options);
    }
    switch (privileges.seccomp().mode()) {
      case UNCONFINED -> options.add("seccomp=unconfined");
      case CUSTOM -> options.add("seccomp=" + privileges.seccomp().profile().toUtf8());
      case DEFAULT -> {}
    }
    if (privileges.appArmor() == Privileges.AppArmor.DISABLED) {
      options.add("apparmor=unconfined");
    }
    if (privileges.noNewPrivileges()) {
      options.add("no-new-privileges=true");
    }
    return options;
  }

  private static void seLinuxLabels(Privileges.SeLinux seLinux, List<String> options) {
    if (seLinux.disable()) {
      options.add("label=disable");
    }
    addLabel(options, "user", seLinux.user());
    addLabel(options, "role", seLinux.role());
    addLabel(options, "type", seLinux.type());
    addLabel(options, "level", seLinux.level());
  }

  private static void addLabel(List<String> options, String part, String value) {
    if (!value.isEmpty()) {
      options.add("label=" + part + ":" + value);
    }
  }

  private static String credentialSpec(
      Privileges.CredentialSpec credentials, TaskAssignment assignment) {
    return switch (credentials.source()) {
      case FILE -> "file://" + credentials.value();
      case REGISTRY -> "registry://" + credentials.value();
      case CONFIG -> {
        Config config = assignment.configs().get(credentials.value());
        if (config == null) {
          throw new TaskRuntimeException(
              "credential spec: config " + credentials.value() + " was not delivered", false);
        }
        yield "raw://" + config.spec().data().toUtf8();
      }
    };
  }

  private static @Nullable LogDriver logDriver(Task task) {
    return task.logDriver() != null ? task.logDriver() : task.spec().logDriver();
  }
}
