// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.FailedPreconditionException;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.ReadView;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Who takes part in the log, and who may stop doing so (S10.5). On the control loop. */
public final class Managers {
  private final ReplicatedLog log;

  /** The managers that agree through {@code log}. */
  public Managers(ReplicatedLog log) {
    this.log = log;
  }

  /** They, or nobody if the log is of one manager only. */
  List<ManagerGroup.Member> members() {
    return log.group().map(ManagerGroup::members).orElse(List.of());
  }

  Optional<ManagerGroup> group() {
    return log.group();
  }

  /**
   * Lets a manager take part, in place of whoever its node had before. Completes once it votes.
   * Leader only.
   */
  public CompletionStage<Void> admit(ManagerGroup.Manager newcomer) {
    ManagerGroup group;
    try {
      group = requireSeveral();
    } catch (FailedPreconditionException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletionStage<Void> before = CompletableFuture.completedFuture(null);
    for (ManagerGroup.Member member : group.members()) {
      ManagerGroup.Manager manager = member.manager();
      if (manager.nodeId().equals(newcomer.nodeId())) {
        if (manager.equals(newcomer) && member.voter()) {
          return before;
        } else if (!manager.id().equals(newcomer.id())) {
          before = before.thenCompose(gone -> group.remove(manager.id()));
        }
      }
    }
    return before.thenCompose(gone -> group.add(newcomer));
  }

  /**
   * Checks that there can be more managers than one.
   *
   * @throws FailedPreconditionException when the log cannot be shared
   */
  public ManagerGroup requireSeveral() {
    return log.group()
        .orElseThrow(
            () ->
                new FailedPreconditionException(
                    "this cluster's log is of one manager only; for several, start the first one"
                        + " with io.jswarm:swarm-raft on the class path"));
  }

  /**
   * Checks that the cluster can do without a manager.
   *
   * @throws FailedPreconditionException for the last one, and when those that remain and can be
   *     reached would be fewer than a quorum (S10.5)
   */
  public void requireDemotable(ReadView view, Node node) {
    int managers = 0;
    for (Node each : view.nodes()) {
      managers += each.role() == NodeRole.MANAGER ? 1 : 0;
    }
    if (managers == 1 && node.role() == NodeRole.MANAGER) {
      throw new FailedPreconditionException(
          describe(node) + " is the last manager; let another one join first");
    }
    boolean takesPart = false;
    int remaining = 0;
    int reachable = 0;
    for (ManagerGroup.Member member : members()) {
      if (member.manager().nodeId().equals(node.id())) {
        takesPart = true;
      } else if (member.voter()) {
        remaining++;
        reachable += member.reachable() ? 1 : 0;
      }
    }
    if (takesPart && reachable < remaining / 2 + 1) {
      throw new FailedPreconditionException(
          describe(node)
              + " is needed: of the "
              + remaining
              + " managers that remain only "
              + reachable
              + " can be reached, which is fewer than a quorum");
    }
  }

  private static String describe(Node node) {
    return "node " + node.name() + " (" + node.id() + ")";
  }
}
