// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Defaults;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.RestartPolicy;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts the replacements of each slot, as far as its policy limits them, and decides by them
 * whether there may be another (S5). Kept in memory, rebuilt from the tasks when leadership begins.
 */
final class RestartHistory {
  private final Map<String, Map<SlotId, Attempts>> services = new HashMap<>();

  /**
   * Whether the policy of {@code task}, which ended or has to leave its node, wants another in its
   * place.
   */
  boolean permits(Service service, Task task, Instant now) {
    RestartPolicy policy = Defaults.restart(task.spec());
    RestartCondition condition = policy.condition();
    if (condition == RestartCondition.ANY && service.spec().mode().isJob()) {
      condition = RestartCondition.ON_FAILURE;
    }
    if (condition == RestartCondition.NONE
        || (condition == RestartCondition.ON_FAILURE && task.state() == TaskState.COMPLETE)) {
      return false;
    }
    if (policy.maxAttempts() == 0) {
      return true;
    }
    Attempts attempts = services.getOrDefault(service.id(), Map.of()).get(SlotId.of(service, task));
    return attempts == null
        || attempts.specVersion != task.specVersion()
        || attempts.within(policy.window(), endOf(task, now)) < policy.maxAttempts();
  }

  /** Notes that {@code task} is the replacement of another. */
  void record(Service service, Task task) {
    RestartPolicy policy = Defaults.restart(task.spec());
    if (policy.maxAttempts() == 0) {
      return;
    }
    services
        .computeIfAbsent(service.id(), id -> new HashMap<>())
        .compute(
            SlotId.of(service, task),
            (slot, known) ->
                known == null || known.specVersion != task.specVersion()
                    ? new Attempts(task.specVersion())
                    : known)
        .times
        .add(task.meta().createdAt());
  }

  /** The service is gone. */
  void forget(String serviceId) {
    services.remove(serviceId);
  }

  void clear() {
    services.clear();
  }

  /** When a task ended, by the leader's clock if known; {@code now} for one that did not end. */
  private static Instant endOf(Task task, Instant now) {
    if (!task.state().isTerminal()) {
      return now;
    }
    Instant applied = task.status().appliedAt();
    return applied != null ? applied : task.status().timestamp();
  }

  /** The replacements of one slot made from one spec. */
  private static final class Attempts {
    private final long specVersion;
    private final ArrayDeque<Instant> times = new ArrayDeque<>();

    Attempts(long specVersion) {
      this.specVersion = specVersion;
    }

    long within(Duration window, Instant end) {
      if (window.isZero()) {
        return times.size();
      }
      Instant begin = end.minus(window);
      @Nullable Instant oldest = times.peek();
      while (oldest != null && !oldest.isAfter(begin)) {
        times.remove();
        oldest = times.peek();
      }
      return times.stream().filter(time -> time.isBefore(end)).count();
    }
  }
}
