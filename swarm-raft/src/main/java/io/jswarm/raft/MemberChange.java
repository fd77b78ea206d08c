// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.protocol.JoinRequest;
import io.atomix.protocols.raft.protocol.LeaveRequest;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.protocol.ReconfigureRequest;
import io.atomix.protocols.raft.storage.system.Configuration;
import io.jswarm.IndeterminateResultException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Single changes of the configuration by Atomix's leader, repeated while it is not ready for one.
 * Raft loop only.
 */
final class MemberChange {
  private static final Duration AGAIN = Duration.ofMillis(20);
  private static final Duration ASKING = Duration.ofSeconds(10);
  private static final int TRIES = 250;

  private final Engine engine;
  private final EventLoop loop;

  MemberChange(Engine engine, EventLoop loop) {
    this.engine = engine;
    this.loop = loop;
  }

  /** Adds a manager that gets the log but has no vote. */
  CompletableFuture<Void> join(MemberId member) {
    RaftMember joining = member(member, RaftMember.Type.PROMOTABLE);
    return repeat(() -> engine.raft().getRaftRole().onJoin(new JoinRequest(joining)), TRIES);
  }

  /** Gives a manager a vote. */
  CompletableFuture<Void> promote(MemberId member) {
    RaftMember voter = member(member, RaftMember.Type.ACTIVE);
    return repeat(
        () -> {
          Configuration current = engine.raft().getCluster().getConfiguration();
          return engine
              .raft()
              .getRaftRole()
              .onReconfigure(new ReconfigureRequest(voter, current.index(), current.term()));
        },
        TRIES);
  }

  /** Takes a manager out. */
  CompletableFuture<Void> leave(MemberId member) {
    RaftMember leaving = member(member, RaftMember.Type.ACTIVE);
    return repeat(() -> engine.raft().getRaftRole().onLeave(new LeaveRequest(leaving)), TRIES);
  }

  private RaftMember member(MemberId id, RaftMember.Type type) {
    return new DefaultRaftMember(id, type, Instant.ofEpochMilli(1));
  }

  private CompletableFuture<Void> repeat(
      Supplier<? extends CompletableFuture<? extends RaftResponse>> change, int tries) {
    if (!engine.raft().hasRole(Role.LEADER)) {
      return CompletableFuture.failedFuture(
          new IndeterminateResultException(
              "leadership was lost while the managers were being changed; look before repeating"));
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    engine.whenDone(
        change.get(),
        (response, error) ->
            engine.whenDone(
                outcome(response, error, change, tries),
                (unused, failure) -> complete(done, failure)));
    return done;
  }

  private CompletableFuture<Void> outcome(
      @Nullable RaftResponse response,
      @Nullable Throwable error,
      Supplier<? extends CompletableFuture<? extends RaftResponse>> change,
      int tries) {
    if (error == null && response != null && response.status() == RaftResponse.Status.OK) {
      return CompletableFuture.completedFuture(null);
    }
    if (tries == 0) {
      return CompletableFuture.failedFuture(
          new UnavailableException("the managers could not be changed: " + response));
    }
    return later(() -> repeat(change, tries - 1));
  }

  private CompletableFuture<Void> later(Supplier<CompletableFuture<Void>> next) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.schedule(
        AGAIN,
        () ->
            engine.guarded(
                () -> engine.whenDone(next.get(), (unused, error) -> complete(done, error))));
    return done;
  }

  private static void complete(CompletableFuture<Void> done, @Nullable Throwable error) {
    if (error == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(error);
    }
  }

  /** Asks whoever leads now to take this manager out. */
  CompletableFuture<Void> askLeader() {
    return askLeader(TRIES);
  }

  private CompletableFuture<Void> askLeader(int tries) {
    MemberId leader = engine.raft().leaderId();
    if (engine.isStopped()) {
      return CompletableFuture.completedFuture(null);
    }
    if (tries == 0) {
      return CompletableFuture.failedFuture(
          new UnavailableException("no other manager led in time to take this one out"));
    }
    if (leader == null || leader.equals(engine.self())) {
      return later(() -> askLeader(tries - 1));
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    engine.whenDone(
        engine.peers().call(leader, Frame.Type.LEAVE, new byte[0], ASKING),
        (answer, error) -> {
          if (error == null) {
            done.complete(null);
          } else {
            engine.whenDone(
                later(() -> askLeader(tries - 1)), (unused, failure) -> complete(done, failure));
          }
        });
    return done;
  }
}
