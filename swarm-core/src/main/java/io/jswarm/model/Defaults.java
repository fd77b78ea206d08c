// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.time.Duration;
import java.util.Optional;

/**
 * What holds where a spec says nothing (S1.3, S14). Applied at use and never stored, so that absent
 * stays absent.
 */
public final class Defaults {
  /** Time between the stop signal and the kill. */
  public static final Duration STOP_GRACE_PERIOD = Duration.ofSeconds(10);

  /** Wait before a replacement starts. */
  public static final Duration RESTART_DELAY = Duration.ofSeconds(5);

  /** How long after its start a failing task counts against an update. */
  public static final Duration MONITOR = Duration.ofSeconds(5);

  private static final RestartPolicy RESTART = RestartPolicy.builder().delay(RESTART_DELAY).build();

  private static final UpdateConfig UPDATE = UpdateConfig.builder().monitor(MONITOR).build();

  private Defaults() {}

  /** The restart policy in force; its delay is never null. */
  public static RestartPolicy restart(TaskSpec task) {
    RestartPolicy restart = task.restart();
    if (restart == null) {
      return RESTART;
    }
    return restart.delay() == null ? restart.toBuilder().delay(RESTART_DELAY).build() : restart;
  }

  /** The restart delay in force. */
  public static Duration restartDelay(TaskSpec task) {
    RestartPolicy restart = task.restart();
    Duration delay = restart == null ? null : restart.delay();
    return delay == null ? RESTART_DELAY : delay;
  }

  /** The update config in force; its monitor is never null. */
  public static UpdateConfig update(ServiceSpec service) {
    return filled(Optional.ofNullable(service.update()));
  }

  /** The rollback config in force; its monitor is never null. */
  public static UpdateConfig rollback(ServiceSpec service) {
    return filled(Optional.ofNullable(service.rollback()));
  }

  /** The monitor in force. */
  public static Duration monitor(UpdateConfig config) {
    Duration monitor = config.monitor();
    return monitor == null ? MONITOR : monitor;
  }

  /** The grace in force. */
  public static Duration stopGracePeriod(ContainerSpec container) {
    Duration period = container.stopGracePeriod();
    return period == null ? STOP_GRACE_PERIOD : period;
  }

  /**
   * The spec with every default written out, for an inspection with defaults; jobs get no update
   * configs.
   */
  public static ServiceSpec insert(ServiceSpec spec) {
    TaskSpec.Builder task = spec.task().toBuilder().restart(restart(spec.task()));
    spec.task()
        .container()
        .ifPresent(container -> task.container(c -> c.stopGracePeriod(stopGracePeriod(container))));
    boolean job = spec.mode().isJob();
    return new ServiceSpec(
        spec.name(),
        spec.labels(),
        spec.mode(),
        task.build(),
        job ? spec.update() : update(spec),
        job ? spec.rollback() : rollback(spec),
        spec.networks(),
        spec.endpoint());
  }

  private static UpdateConfig filled(Optional<UpdateConfig> config) {
    return config
        .map(c -> c.monitor() == null ? c.toBuilder().monitor(MONITOR).build() : c)
        .orElse(UPDATE);
  }
}
