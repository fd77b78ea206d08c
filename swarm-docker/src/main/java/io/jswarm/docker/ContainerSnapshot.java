// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.github.dockerjava.api.command.HealthState;
import com.github.dockerjava.api.command.HealthStateLog;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.NetworkSettings;
import com.github.dockerjava.api.model.Ports;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A container at one moment, as the engine describes it.
 *
 * @param started whether its process ever ran
 * @param pid 0 = none
 * @param health what the health check found so far
 * @param probeOutput what the last health check printed; may be empty
 * @param ports host ports really bound
 * @param stopSignal as of the image or the container; empty = the engine's default
 */
record ContainerSnapshot(
    String id,
    boolean running,
    boolean started,
    long pid,
    int exitCode,
    boolean outOfMemory,
    Health health,
    String probeOutput,
    List<PortConfig> ports,
    String stopSignal) {

  /** Consecutive failures that make a container unhealthy where nothing else is said. */
  private static final int DEFAULT_RETRIES = 3;

  private static final String NEVER = "0001-01-01T00:00:00Z";

  /** Verdict of the health check. */
  enum Health {
    /** There is no health check, so that running is all there is. */
    UNCHECKED,
    STARTING,
    HEALTHY,
    UNHEALTHY
  }

  ContainerSnapshot {
    ports = List.copyOf(ports);
  }

  static ContainerSnapshot of(InspectContainerResponse container) {
    InspectContainerResponse.ContainerState state = container.getState();
    ContainerConfig config = container.getConfig();
    String startedAt = state.getStartedAt();
    return new ContainerSnapshot(
        container.getId(),
        isTrue(state.getRunning()),
        startedAt != null && !startedAt.isEmpty() && !startedAt.equals(NEVER),
        state.getPidLong() == null ? 0 : state.getPidLong(),
        state.getExitCodeLong() == null ? 0 : state.getExitCodeLong().intValue(),
        isTrue(state.getOOMKilled()),
        health(state.getHealth(), config.getHealthcheck()),
        probeOutput(state.getHealth()),
        ports(container.getNetworkSettings()),
        stopSignal(container));
  }

  /** docker-java's model does not know it, but keeps what the engine sent. */
  private static String stopSignal(InspectContainerResponse container) {
    return container.getRawValues().get("Config") instanceof Map<?, ?> config
            && config.get("StopSignal") instanceof String signal
        ? signal
        : "";
  }

  /** Whether it ran and runs no more. */
  boolean ended() {
    return started && !running;
  }

  /** The part of this that a task's status carries. */
  ContainerStatus status() {
    boolean hasExitCode = !running && (started || exitCode != 0);
    return new ContainerStatus(id, pid, hasExitCode ? exitCode : null);
  }

  /**
   * The engine calls every container unhealthy whose checks were stopped, so on any stop; only
   * failures in a row are a verdict.
   */
  private static Health health(@Nullable HealthState state, @Nullable HealthCheck check) {
    if (state == null || state.getStatus() == null || state.getStatus().equals("none")) {
      return Health.UNCHECKED;
    }
    Integer retries = check == null ? null : check.getRetries();
    int limit = retries == null || retries == 0 ? DEFAULT_RETRIES : retries;
    Integer streak = state.getFailingStreak();
    if (streak != null && streak >= limit) {
      return Health.UNHEALTHY;
    }
    return state.getStatus().equals("healthy") ? Health.HEALTHY : Health.STARTING;
  }

  private static String probeOutput(@Nullable HealthState state) {
    List<HealthStateLog> log = state == null ? null : state.getLog();
    if (log == null || log.isEmpty()) {
      return "";
    }
    String output = log.get(log.size() - 1).getOutput();
    return output == null ? "" : output.strip();
  }

  private static List<PortConfig> ports(@Nullable NetworkSettings settings) {
    Ports bound = settings == null ? null : settings.getPorts();
    if (bound == null) {
      return List.of();
    }
    List<PortConfig> ports = new ArrayList<>();
    for (Map.Entry<ExposedPort, Ports.Binding[]> entry : bound.getBindings().entrySet()) {
      Ports.Binding @Nullable [] bindings = entry.getValue();
      if (bindings == null) {
        continue;
      }
      for (Ports.Binding binding : bindings) {
        PortConfig port =
            PortConfig.host(Integer.parseInt(binding.getHostPortSpec()), entry.getKey().getPort())
                .withProtocol(protocol(entry.getKey()));
        // One binding per address family has the same numbers.
        if (!ports.contains(port)) {
          ports.add(port);
        }
      }
    }
    ports.sort(
        Comparator.comparingInt(PortConfig::targetPort)
            .thenComparing(PortConfig::protocol)
            .thenComparingInt(PortConfig::publishedPort));
    return ports;
  }

  private static Protocol protocol(ExposedPort port) {
    return Protocol.valueOf(port.getProtocol().toString().toUpperCase(Locale.ROOT));
  }

  private static boolean isTrue(@Nullable Boolean flag) {
    return flag != null && flag;
  }
}
