// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.jswarm.FailedPreconditionException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Hands leadership over (Raft thesis §3.10): holds proposals back until the one chosen has the
 * whole log, and asks it to stand for election. Until it has won, this manager leads; if it does
 * not, it goes on. Raft loop only.
 */
final class LeadershipTransfer {
  private static final Duration LOOK = Duration.ofMillis(5);

  private final Engine engine;
  private final EventLoop loop;
  private final Duration patience;
  private boolean running;

  LeadershipTransfer(Engine engine, EventLoop loop, RaftSettings settings) {
    this.engine = engine;
    this.loop = loop;
    this.patience = settings.electionTimeout().multipliedBy(2);
  }

  boolean isRunning() {
    return running;
  }

  CompletableFuture<Void> start(Optional<String> to) {
    if (!engine.raft().hasRole(Role.LEADER)) {
      return CompletableFuture.failedFuture(engine.proposals().notLeader());
    }
    if (running) {
      return CompletableFuture.failedFuture(
          new FailedPreconditionException("leadership is being handed over already"));
    }
    MemberId target = target(to).orElse(null);
    if (target == null) {
      return CompletableFuture.failedFuture(
          new FailedPreconditionException(
              "there is no manager that could lead instead"
                  + to.map(id -> ": " + id + " does not vote or does not answer").orElse("")));
    }
    running = true;
    engine.proposals().pause(true);
    CompletableFuture<Void> done = new CompletableFuture<>();
    awaitCaughtUp(target, loop.nanoTime() + patience.toNanos(), done);
    engine.whenDone(
        done,
        (result, error) -> {
          running = false;
          engine.proposals().pause(false);
        });
    return done;
  }

  private Optional<MemberId> target(Optional<String> to) {
    return engine.raft().getCluster().getActiveMemberStates().stream()
        .filter(member -> to.isEmpty() || id(member).equals(to.get()))
        .filter(member -> engine.elections().isReachable(member.getMember().memberId()))
        .max(Comparator.comparingLong(RaftMemberContext::getMatchIndex))
        .map(member -> member.getMember().memberId());
  }

  private static String id(RaftMemberContext member) {
    return ManagerId.of(member.getMember().memberId()).id();
  }

  private void awaitCaughtUp(MemberId target, long deadline, CompletableFuture<Void> done) {
    RaftMemberContext member = engine.raft().getCluster().getMemberState(target);
    if (!engine.raft().hasRole(Role.LEADER)) {
      done.complete(null);
    } else if (member == null || loop.nanoTime() > deadline) {
      done.completeExceptionally(
          new UnavailableException("manager " + target + " did not catch up in time to lead"));
    } else if (engine.proposals().isIdle()
        && member.getMatchIndex() == engine.journal().lastIndex()) {
      handOver(target, done);
    } else {
      engine.elections().pulse();
      loop.schedule(LOOK, () -> engine.guarded(() -> awaitCaughtUp(target, deadline, done)));
    }
  }

  private void handOver(MemberId target, CompletableFuture<Void> done) {
    long term = engine.raft().getTerm();
    byte[] request = new MessageCodec.Answer(term, true).toBytes();
    engine.whenDone(
        engine.peers().call(target, Frame.Type.TIMEOUT_NOW, request, patience),
        (answer, error) -> awaitSuccessor(loop.nanoTime() + patience.toNanos(), done));
  }

  private void awaitSuccessor(long deadline, CompletableFuture<Void> done) {
    if (!engine.raft().hasRole(Role.LEADER)) {
      done.complete(null);
    } else if (loop.nanoTime() > deadline) {
      done.completeExceptionally(
          new UnavailableException("the manager chosen was not elected; this one goes on leading"));
    } else {
      loop.schedule(LOOK, () -> engine.guarded(() -> awaitSuccessor(deadline, done)));
    }
  }
}
