// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Constraint;
import io.jswarm.model.Defaults;
import io.jswarm.model.Placement;
import io.jswarm.model.PullOptions;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.store.ReadView;
import java.util.List;

/**
 * Tells which tasks a service update has to replace (S4.2). Specs are compared with their defaults
 * filled in, so that saying a default out loud replaces nothing. Pure.
 */
public final class DirtyTest {
  private final Service service;
  private final TaskSpec wanted;

  /** Compares with this service's spec. */
  public DirtyTest(Service service) {
    this.service = service;
    this.wanted = normal(service.spec().task());
  }

  /**
   * Whether a slot of these tasks differs from the spec: it does as long as it holds more than one.
   */
  boolean isDirty(ReadView view, List<Task> slot) {
    return slot.size() != 1 || isDirty(view, slot.get(0));
  }

  /** Whether a task differs from the spec in a way that only another task can put right. */
  public boolean isDirty(ReadView view, Task task) {
    if (task.specVersion() == service.specVersion()) {
      return false;
    }
    if (!task.endpoint().spec().equals(service.spec().endpoint())) {
      return true;
    }
    TaskSpec mine = normal(task.spec());
    TaskSpec other = wanted;
    if (holdsImage(task)) {
      mine = withoutCredentials(mine);
      other = withoutCredentials(other);
    }
    if (mine.equals(other)) {
      return false;
    }
    return !anywhere(mine).equals(anywhere(other)) || !mayStay(view, task);
  }

  private boolean mayStay(ReadView view, Task task) {
    return view.node(task.nodeId())
        .filter(node -> Constraint.allMatch(wanted.placement().constraints(), node))
        .isPresent();
  }

  /** Pulled already: other credentials change nothing for it. */
  private static boolean holdsImage(Task task) {
    return DesiredState.isLive(task)
        && task.state().atLeast(TaskState.READY)
        && task.state().atMost(TaskState.RUNNING);
  }

  private static TaskSpec normal(TaskSpec spec) {
    TaskSpec.Builder normal = spec.toBuilder().restart(Defaults.restart(spec));
    spec.container()
        .ifPresent(
            container ->
                normal.container(c -> c.stopGracePeriod(Defaults.stopGracePeriod(container))));
    return normal.build();
  }

  private static TaskSpec withoutCredentials(TaskSpec spec) {
    return spec.container().isEmpty()
        ? spec
        : spec.toBuilder().container(c -> c.pullOptions(PullOptions.NONE)).build();
  }

  private static TaskSpec anywhere(TaskSpec spec) {
    return spec.toBuilder().placement(Placement.ANYWHERE).build();
  }
}
