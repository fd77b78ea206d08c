// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The managers that agree through a {@link ReplicatedLog} (S10.5). Changes are made on the leader,
 * one at a time; a change that comes while another is under way waits for it. Stages complete once
 * the change is durable on a quorum, and fail as {@link ReplicatedLog#propose} does. Thread-safe.
 */
public interface ManagerGroup {
  /**
   * A manager that takes part.
   *
   * @param id made at random for each time a manager joins, and never used again
   * @param nodeId the node it runs on
   * @param address where it is reached; a manager that moves joins anew
   */
  record Manager(String id, String nodeId, String address) {
    public Manager {
      Objects.requireNonNull(id, "id");
      Objects.requireNonNull(nodeId, "nodeId");
      Objects.requireNonNull(address, "address");
    }
  }

  /**
   * How the leader sees a manager.
   *
   * @param voter false while it is still catching up
   * @param reachable whether it answered lately; on a follower always true
   */
  record Member(Manager manager, boolean voter, boolean leader, boolean reachable) {}

  /** This manager. */
  Manager self();

  /** All managers as far as this one knows, ordered by id. */
  List<Member> members();

  /** The leader, if this manager knows one. */
  Optional<Manager> leader();

  /**
   * Lets a manager catch up and then vote. Completes once it is a voter; gives up, and takes it out
   * again, when it has not caught up for a while.
   */
  CompletionStage<Void> add(Manager newcomer);

  /**
   * Takes a manager out, alive or dead. Fails with {@link io.jswarm.FailedPreconditionException}
   * when those that remain and can be reached would be fewer than a quorum, and for the last one.
   * The leader hands leadership on before it goes.
   */
  CompletionStage<Void> remove(String id);

  /** Hands leadership to {@code to}, or to the one most up to date. */
  CompletionStage<Void> transferLeadership(Optional<String> to);
}
