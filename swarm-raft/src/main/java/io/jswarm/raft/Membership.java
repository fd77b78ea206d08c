// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.storage.log.entry.ConfigurationEntry;
import io.jswarm.FailedPreconditionException;
import io.jswarm.SwarmException;
import io.jswarm.loop.EventLoop;
import io.jswarm.raft.storage.Journal;
import io.jswarm.spi.ManagerGroup;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part. Changes are made one at a time, each by an entry of the log that is in force from
 * the moment it is written (Raft thesis §4.1); a newcomer gets the log first and a vote then.
 *
 * <p>The methods of {@link ManagerGroup} on any thread, the rest on the Raft loop.
 */
final class Membership implements ManagerGroup {
  /** Only so many are remembered; one that comes back later than that finds no vote anyway. */
  private static final int MAX_REMOVED = 1_000;

  private final Engine engine;
  private final EventLoop loop;
  private final Manager self;
  private final LeadershipTransfer transfer;
  private final ArrayDeque<Runnable> changes = new ArrayDeque<>();
  private final Set<String> removed = new LinkedHashSet<>();
  private Set<MemberId> committed = Set.of();
  private volatile ImmutableList<Member> members = ImmutableList.of();
  private volatile @Nullable Manager leader;
  private boolean changing;

  Membership(Engine engine, EventLoop loop, Manager self, LeadershipTransfer transfer) {
    this.engine = engine;
    this.loop = loop;
    this.self = self;
    this.transfer = transfer;
  }

  @Override
  public Manager self() {
    return self;
  }

  @Override
  public List<Member> members() {
    return members;
  }

  @Override
  public Optional<Manager> leader() {
    return Optional.ofNullable(leader);
  }

  @Override
  public CompletionStage<Void> add(Manager newcomer) {
    return enqueue(() -> new ManagerAddition(engine, loop, newcomer).start());
  }

  @Override
  public CompletionStage<Void> remove(String id) {
    return enqueue(() -> removeNow(id));
  }

  @Override
  public CompletionStage<Void> transferLeadership(Optional<String> to) {
    return enqueue(() -> transfer.start(to));
  }

  private CompletionStage<Void> enqueue(Supplier<CompletableFuture<Void>> change) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    engine.execute(
        () -> {
          changes.add(() -> run(change, done));
          next();
        });
    return done;
  }

  private void next() {
    Runnable change = changing ? null : changes.poll();
    if (change != null) {
      changing = true;
      change.run();
    }
  }

  private void run(Supplier<CompletableFuture<Void>> change, CompletableFuture<Void> done) {
    CompletableFuture<Void> result;
    SwarmException stopped = engine.stopCause();
    if (stopped != null) {
      result = CompletableFuture.failedFuture(stopped);
    } else if (!engine.proposals().isReady()) {
      result = CompletableFuture.failedFuture(engine.proposals().notLeader());
    } else {
      result = change.get();
    }
    engine.whenDone(
        result,
        (unused, error) -> {
          changing = false;
          refresh();
          // On the owner, like everything else that completes.
          engine.owner().execute(() -> Stages.complete(done, error));
          engine.execute(this::next);
        });
  }

  private CompletableFuture<Void> removeNow(String id) {
    MemberId member = memberOf(id).orElse(null);
    if (member == null) {
      return CompletableFuture.completedFuture(null);
    }
    SwarmException refusal = refusalToLose(member);
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    if (id.equals(self.id())) {
      return transfer.start(Optional.empty()).thenCompose(unused -> askToBeRemoved());
    }
    return new MemberChange(engine, loop).leave(member);
  }

  /** After leadership was handed on: the new leader does it. */
  private CompletableFuture<Void> askToBeRemoved() {
    return new MemberChange(engine, loop).askLeader();
  }

  Optional<MemberId> memberOf(String id) {
    return engine.raft().getCluster().getMembers().stream()
        .map(RaftMember::memberId)
        .filter(member -> ManagerId.of(member).id().equals(id))
        .findFirst();
  }

  private @Nullable SwarmException refusalToLose(MemberId member) {
    List<MemberId> remaining =
        engine.raft().getCluster().getMembers().stream()
            .filter(other -> other.getType() == RaftMember.Type.ACTIVE)
            .map(RaftMember::memberId)
            .filter(other -> !other.equals(member))
            .toList();
    long reachable =
        remaining.stream()
            .filter(other -> other.equals(engine.self()) || engine.elections().isReachable(other))
            .count();
    if (remaining.isEmpty()) {
      return new FailedPreconditionException(
          "this is the last manager of the cluster; make another node a manager first");
    }
    int quorum = remaining.size() / 2 + 1;
    if (reachable < quorum) {
      return new FailedPreconditionException(
          "without this manager only "
              + reachable
              + " of the "
              + remaining.size()
              + " that remain could be reached, and "
              + quorum
              + " are needed for a quorum; bring the others back first");
    }
    return null;
  }

  /** A manager asks to be taken out. */
  CompletableFuture<byte[]> takenOut(MemberId from) {
    return remove(ManagerId.of(from).id())
        .toCompletableFuture()
        .thenApply(unused -> new MessageCodec.Answer(engine.raft().getTerm(), true).toBytes());
  }

  boolean isRemoved(MemberId member) {
    return removed.contains(ManagerId.of(member).id());
  }

  Set<String> removed() {
    return ImmutableSet.copyOf(removed);
  }

  /** Begins with what the snapshot and the configuration before the log say. */
  void begin(Set<String> alreadyRemoved, Collection<RaftMember> present) {
    removed.addAll(alreadyRemoved);
    committed = ids(present);
    refresh();
  }

  /** A snapshot was taken over. */
  void restored(Set<String> alreadyRemoved) {
    removed.addAll(alreadyRemoved);
    committed = ids(engine.configurations().current().members());
  }

  /** Looks for configurations among entries that were applied. */
  void applied(List<Journal.Entry> entries) {
    for (Journal.Entry entry : entries) {
      if (EntryCodec.isConfiguration(entry.payload())) {
        ConfigurationEntry configuration =
            (ConfigurationEntry) EntryCodec.decode(entry.term(), entry.payload());
        committed(ids(configuration.members()));
      }
    }
  }

  private void committed(Set<MemberId> now) {
    for (MemberId member : committed) {
      if (!now.contains(member)) {
        removed.add(ManagerId.of(member).id());
        engine.peers().forget(member);
      }
    }
    while (removed.size() > MAX_REMOVED) {
      removed.remove(removed.iterator().next());
    }
    boolean wasMember = committed.contains(engine.self());
    committed = now;
    refresh();
    if (wasMember && !now.contains(engine.self())) {
      engine.stop(
          new FailedPreconditionException(
              "this manager was removed from the cluster; to take part again it has to join anew"));
    }
  }

  private static Set<MemberId> ids(Collection<RaftMember> members) {
    return members.stream().map(RaftMember::memberId).collect(ImmutableSet.toImmutableSet());
  }

  /** Shows other threads what this loop knows. */
  void refresh() {
    MemberId known = engine.raft().leaderId();
    boolean leading = engine.raft().hasRole(Role.LEADER);
    leader = known == null ? null : ManagerId.of(known);
    members =
        engine.raft().getCluster().getMembers().stream()
            .map(
                member ->
                    new Member(
                        ManagerId.of(member.memberId()),
                        member.getType() == RaftMember.Type.ACTIVE,
                        member.memberId().equals(known),
                        !leading
                            || member.memberId().equals(engine.self())
                            || engine.elections().isReachable(member.memberId())))
            .sorted(Comparator.comparing(member -> member.manager().id()))
            .collect(ImmutableList.toImmutableList());
  }
}
