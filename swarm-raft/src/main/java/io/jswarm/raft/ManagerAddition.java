// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.jswarm.IndeterminateResultException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.spi.ManagerGroup.Manager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Adds one manager: takes out what is left of an earlier life of its node, lets it have the log,
 * waits until it is nearly up to date, and gives it a vote. Raft loop only.
 */
final class ManagerAddition {
  private static final Duration LOOK = Duration.ofMillis(20);

  /** A snapshot of a large state takes a while; a newcomer that does not move is given up. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A vote may be given to one that lacks so many entries. */
  private static final long NEARLY = 64;

  private final Engine engine;
  private final EventLoop loop;
  private final MemberId newcomer;
  private final String nodeId;
  private final MemberChange change;
  private long moved;
  private long movedAt;

  ManagerAddition(Engine engine, EventLoop loop, Manager manager) {
    this.engine = engine;
    this.loop = loop;
    this.newcomer = ManagerId.toMember(manager);
    this.nodeId = manager.nodeId();
    this.change = new MemberChange(engine, loop);
  }

  CompletableFuture<Void> start() {
    if (engine.raft().getCluster().getMember(newcomer) != null
        && engine.raft().getCluster().getMember(newcomer).getType() == RaftMember.Type.ACTIVE) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> alone = CompletableFuture.completedFuture(null);
    for (MemberId former : formerLives()) {
      alone = alone.thenCompose(unused -> change.leave(former));
    }
    return alone
        .thenCompose(unused -> change.join(newcomer))
        .thenCompose(unused -> awaitCaughtUp())
        .thenCompose(unused -> change.promote(newcomer));
  }

  private List<MemberId> formerLives() {
    return engine.raft().getCluster().getMembers().stream()
        .map(RaftMember::memberId)
        .filter(member -> ManagerId.of(member).nodeId().equals(nodeId) && !member.equals(newcomer))
        .toList();
  }

  private CompletableFuture<Void> awaitCaughtUp() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    moved = -1;
    look(done);
    return done;
  }

  private void look(CompletableFuture<Void> done) {
    RaftMemberContext member = engine.raft().getCluster().getMemberState(newcomer);
    if (!engine.raft().hasRole(Role.LEADER) || member == null) {
      done.completeExceptionally(
          new IndeterminateResultException(
              "leadership was lost while a manager was joining; look before repeating"));
      return;
    }
    long progress = member.getMatchIndex() + member.getNextSnapshotOffset();
    if (progress != moved) {
      moved = progress;
      movedAt = loop.nanoTime();
    }
    if (member.getMatchIndex() > 0
        && member.getMatchIndex() + NEARLY >= engine.journal().lastIndex()) {
      done.complete(null);
    } else if (loop.nanoTime() - movedAt > PATIENCE.toNanos()) {
      engine.whenDone(
          change.leave(newcomer),
          (left, error) ->
              done.completeExceptionally(
                  new UnavailableException(
                      "manager " + newcomer + " did not catch up and was not added")));
    } else {
      loop.schedule(LOOK, () -> engine.guarded(() -> look(done)));
    }
  }
}
