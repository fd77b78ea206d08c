// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.allocation.Allocator;
import io.jswarm.control.Component;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.IdGenerator;
import io.jswarm.spi.PlacementEngine;
import java.util.ArrayList;
import java.util.List;

/** Puts together what a leader runs to turn specs into assigned tasks. Thread-safety: stateless. */
public final class LeaderComponents {
  private LeaderComponents() {}

  /**
   * The leader's components in the order in which they reconcile, each asked in turn until none
   * changes anything: allocator, orchestrators, constraint enforcer, scheduler, then {@code
   * senders} (the dispatcher), then the reaper.
   *
   * @param loop the control loop's; timers run there
   * @param ids makes the ids of new tasks
   */
  public static List<Component> create(
      EventLoop loop, IdGenerator ids, PlacementEngine engine, Component... senders) {
    List<Component> components = new ArrayList<>();
    components.add(new Allocator());
    components.add(new ReplicatedOrchestrator(loop, new TaskFactory(ids)));
    components.add(new ConstraintEnforcer());
    components.add(new Scheduler(loop, engine));
    components.addAll(List.of(senders));
    components.add(new TaskReaper());
    return List.copyOf(components);
  }
}
