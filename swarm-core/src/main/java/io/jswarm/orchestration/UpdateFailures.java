// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Defaults;
import io.jswarm.model.FailureAction;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateConfig;
import io.jswarm.model.UpdateState;
import io.jswarm.model.UpdateStatus;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the failures of one update and does what its config wants done about them (S4.4, S4.5).
 */
final class UpdateFailures {
  private static final Logger LOG = LoggerFactory.getLogger(UpdateFailures.class);

  private final UpdateConfig config;
  private final boolean rollback;
  private final int dirty;

  /** Tasks this update made, with the time they were first seen running. */
  private final Map<String, Optional<Instant>> watched = new LinkedHashMap<>();

  private final Set<String> changed = new LinkedHashSet<>();
  private int failed;

  /**
   * @param dirty how many slots the update began with; failures are counted in parts of it
   */
  UpdateFailures(UpdateConfig config, boolean rollback, int dirty) {
    this.config = config;
    this.rollback = rollback;
    this.dirty = dirty;
  }

  Duration monitor() {
    return Defaults.monitor(config);
  }

  /** Counts what becomes of a task that this update made. */
  void watch(Task task) {
    if (config.failureAction() != FailureAction.CONTINUE) {
      watched.put(task.id(), Optional.empty());
    }
  }

  /** A task of the service changed; true if it is one of ours. */
  boolean onTask(String taskId) {
    return watched.containsKey(taskId) && changed.add(taskId);
  }

  /** Counts new failures; true if they were too many and the update has to end here. */
  boolean act(Tx tx, Service service) {
    for (String id : List.copyOf(changed)) {
      changed.remove(id);
      Task task = tx.task(id).orElse(null);
      if (hasFailed(tx, id, task) && (double) ++failed / dirty > config.maxFailureRatio()) {
        act(tx, service, id);
        return true;
      }
    }
    return false;
  }

  private boolean hasFailed(Tx tx, String id, @Nullable Task task) {
    Optional<Instant> running = watched.get(id);
    if (running == null) {
      return false;
    }
    if (task == null) {
      watched.remove(id);
      return false;
    }
    if (!task.state().isTerminal()) {
      if (task.state() == TaskState.RUNNING && running.isEmpty()) {
        watched.put(id, Optional.of(tx.now()));
      }
      return false;
    }
    watched.remove(id);
    // Stopped because asked, or gone with its node: that says nothing about the new spec.
    boolean itsOwnFault = task.state() != TaskState.SHUTDOWN && task.state() != TaskState.ORPHANED;
    return itsOwnFault
        && running
            .map(since -> Duration.between(since, tx.now()).compareTo(monitor()) <= 0)
            .orElse(true);
  }

  private void act(Tx tx, Service service, String taskId) {
    String cause = " due to failure or early termination of task " + taskId;
    ServiceSpec previous = service.previousSpec();
    if (rollback) {
      setStatus(tx, service, UpdateState.ROLLBACK_PAUSED, "rollback paused" + cause);
    } else if (config.failureAction() == FailureAction.ROLLBACK && previous != null) {
      rollBack(tx, service, previous, "update rolled back" + cause);
    } else {
      if (config.failureAction() == FailureAction.ROLLBACK) {
        LOG.atError()
            .addKeyValue("service", service.id())
            .log("the update failed and there is no earlier spec to roll back to; it is paused");
      }
      setStatus(tx, service, UpdateState.PAUSED, "update paused" + cause);
    }
  }

  private static void rollBack(Tx tx, Service service, ServiceSpec previous, String message) {
    UpdateStatus old = service.updateStatus();
    tx.update(
        service.toBuilder()
            .spec(previous)
            .specVersion(service.previousSpecVersion())
            .previousSpec(null)
            .previousSpecVersion(0)
            .updateStatus(
                new UpdateStatus(
                    UpdateState.ROLLBACK_STARTED,
                    old == null ? tx.now() : old.startedAt(),
                    null,
                    message))
            .build());
  }

  private static void setStatus(Tx tx, Service service, UpdateState state, String message) {
    UpdateStatus old = service.updateStatus();
    Instant started = old == null ? tx.now() : old.startedAt();
    tx.update(service.withUpdateStatus(new UpdateStatus(state, started, null, message)));
  }
}
