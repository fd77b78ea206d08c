// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.FailedPreconditionException;
import io.jswarm.IndeterminateResultException;
import io.jswarm.NotLeaderException;
import io.jswarm.UnavailableException;
import io.jswarm.spi.RecordingMachine.Numbered;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ReplicatedLog} of several managers must do. Subclass it and give it a {@link
 * Group}; whether time is real or virtual is the group's affair.
 */
public abstract class ReplicatedLogGroupTck {

  /** The managers under test, by name. */
  public interface Group {
    /**
     * A log that has not been started, for the manager of that name; one that ran before has what
     * it had on disk.
     */
    ReplicatedLog create(String name, ReplicatedLogFactory.Entry entry) throws Exception;

    /** Runs the callbacks of that manager, one at a time; the same for each of its logs. */
    Executor owner(String name);

    /** Whether the present thread runs a callback of that manager. */
    boolean onOwner(String name);

    /** Ends the log of that manager as the death of its process would: nothing is handed over. */
    void kill(String name, ReplicatedLog log) throws Exception;

    /** Nothing gets to that manager or from it any more. */
    void isolate(String name);

    /** It does again. */
    void heal(String name);

    /**
     * Lets time pass until {@code condition} holds.
     *
     * @throws AssertionError naming {@code what} when it does not within a generous time
     */
    void await(String what, BooleanSupplier condition);

    /** Lets some elections' worth of time pass. */
    void pass();

    /** After so many entries a manager that is new gets a snapshot. */
    int entriesBeforeSnapshot();

    /** Gives back what it took; all logs have been closed. */
    void close() throws Exception;
  }

  /** A group in which nothing runs yet. */
  protected abstract Group newGroup() throws Exception;

  private final Map<String, Manager> managers = new TreeMap<>();
  private final List<RecordingMachine> machines = new ArrayList<>();

  /** What proposals came to; a value is proposed once. */
  private final Map<Integer, CompletableFuture<Long>> proposals = new LinkedHashMap<>();

  private Group group;
  private int next;

  /** One run of a manager. */
  private record Manager(String name, ReplicatedLog log, RecordingMachine machine) {
    ManagerGroup members() {
      return log.group().orElseThrow();
    }

    String id() {
      return members().self().id();
    }
  }

  @BeforeEach
  void open() throws Exception {
    group = newGroup();
  }

  @AfterEach
  void close() throws Exception {
    for (Manager manager : managers.values()) {
      manager.log.close();
    }
    group.close();
    for (RecordingMachine machine : machines) {
      assertThat(machine.wrong()).isEmpty();
    }
  }

  private Manager run(String name, ReplicatedLogFactory.Entry entry) throws Exception {
    ReplicatedLog log = group.create(name, entry);
    RecordingMachine machine = new RecordingMachine(() -> group.onOwner(name));
    machines.add(machine);
    Manager manager = new Manager(name, log, machine);
    managers.put(name, manager);
    log.start(group.owner(name), machine, machine);
    return manager;
  }

  private Manager restart(String name) throws Exception {
    return run(name, ReplicatedLogFactory.Entry.JOIN);
  }

  private void kill(Manager manager) throws Exception {
    managers.remove(manager.name);
    group.kill(manager.name, manager.log);
  }

  /** The managers a to the last letter; the first one is the cluster that the others join. */
  private void start(int count) throws Exception {
    run("a", ReplicatedLogFactory.Entry.BOOTSTRAP);
    leader();
    for (int i = 1; i < count; i++) {
      join(String.valueOf((char) ('a' + i)));
    }
  }

  private Manager join(String name) throws Exception {
    Manager manager = run(name, ReplicatedLogFactory.Entry.JOIN);
    get(leader().members().add(manager.members().self()));
    return manager;
  }

  private Manager leader() {
    return leaderOf(() -> true);
  }

  private Manager leaderOf(BooleanSupplier also) {
    Manager[] found = new Manager[1];
    group.await(
        "one leader",
        () -> {
          found[0] = null;
          for (Manager manager : managers.values()) {
            if (manager.machine.leading()) {
              if (found[0] != null) {
                return false;
              }
              found[0] = manager;
            }
          }
          return found[0] != null && also.getAsBoolean();
        });
    return found[0];
  }

  private Manager follower() {
    Manager leader = leader();
    return managers.values().stream().filter(it -> it != leader).findFirst().orElseThrow();
  }

  private CompletableFuture<Long> propose(Manager manager) {
    int value = ++next;
    CompletableFuture<Long> outcome =
        manager.log.propose(new Numbered(value, 64)).toCompletableFuture();
    proposals.put(value, outcome);
    return outcome;
  }

  private void proposeMany(int count) {
    Manager leader = leader();
    for (int i = 0; i < count; i++) {
      propose(leader);
    }
    awaitAnswers();
  }

  private void awaitAnswers() {
    group.await(
        "answers to all proposals",
        () -> proposals.values().stream().allMatch(CompletableFuture::isDone));
  }

  private <T> T get(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    group.await("an answer", future::isDone);
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /**
   * All that run have the same entries; each acknowledged one at its position, and none that was
   * certainly refused.
   */
  private void expectAgreement() {
    awaitAnswers();
    Manager leader = leader();
    get(leader.log.barrier());
    group.await(
        "all managers to have the same entries",
        () ->
            managers.values().stream()
                .filter(it -> it.machine.stopped().isEmpty())
                .allMatch(it -> it.machine.position() == leader.machine.position()));
    List<Integer> values = leader.machine.values();
    assertThat(values).doesNotHaveDuplicates();
    for (Manager manager : managers.values()) {
      if (manager.machine.stopped().isEmpty()) {
        assertThat(manager.machine.values()).as(manager.name).isEqualTo(values);
      }
    }
    proposals.forEach(
        (value, outcome) -> {
          if (!outcome.isCompletedExceptionally()) {
            assertThat(values.get((int) (outcome.join() - 1))).isEqualTo(value);
          } else if (!(failure(outcome) instanceof IndeterminateResultException)) {
            assertThat(failure(outcome))
                .isInstanceOfAny(NotLeaderException.class, UnavailableException.class);
            assertThat(values).doesNotContain(value);
          }
        });
    List<Long> terms = machines.stream().flatMap(machine -> machine.terms().stream()).toList();
    assertThat(terms).as("terms led in").doesNotHaveDuplicates();
  }

  private static Throwable failure(CompletableFuture<?> outcome) {
    return outcome.handle((value, error) -> error).join();
  }

  @Test
  void oneManagerLeadsAndTheOthersKnowIt() throws Exception {
    start(3);

    Manager leader = leader();
    String address = leader.members().self().address();
    group.await(
        "followers to know the leader",
        () ->
            managers.values().stream()
                .filter(it -> it != leader)
                .allMatch(it -> it.machine.leader().equals(Optional.of(address))));
    assertThat(leader.members().leader()).contains(leader.members().self());
    assertThat(follower().members().leader()).contains(leader.members().self());
  }

  @Test
  void entriesAreTheSameEverywhereInTheOrderProposed() throws Exception {
    start(3);

    proposeMany(500);

    expectAgreement();
    List<Integer> values = leader().machine.values();
    assertThat(values).hasSize(500).isSorted();
  }

  @Test
  void aFollowerRefusesAndNamesTheLeader() throws Exception {
    start(3);
    Manager leader = leader();
    String address = leader.members().self().address();
    Manager follower = follower();
    group.await("the follower to know", () -> follower.machine.leader().isPresent());

    assertThatThrownBy(() -> get(propose(follower)))
        .isInstanceOfSatisfying(
            NotLeaderException.class, error -> assertThat(error.leader()).contains(address));
    assertThatThrownBy(() -> get(follower.log.barrier())).isInstanceOf(NotLeaderException.class);
    assertThatThrownBy(() -> get(follower.members().remove(leader.id())))
        .isInstanceOf(NotLeaderException.class);
    expectAgreement();
  }

  @Test
  void c10_6_afterTheLeadersDeathAnotherLeadsWithAllThatWasAcknowledged() throws Exception {
    start(3);
    proposeMany(50);
    Manager first = leader();
    for (int i = 0; i < 20; i++) {
      propose(first);
    }
    group.await("some answers", () -> proposals.get(55).isDone());
    kill(first);
    proposals.values().removeIf(outcome -> !outcome.isDone());
    long acknowledged =
        proposals.values().stream().filter(it -> !it.isCompletedExceptionally()).count();

    Manager second = leader();

    assertThat(second.machine.appliedWhenLeading()).isGreaterThanOrEqualTo((int) acknowledged);
    proposeMany(50);
    restart(first.name);
    expectAgreement();
  }

  @Test
  void c10_7_withoutAQuorumNothingIsAgreedAndWithOneEverythingGoesOn() throws Exception {
    start(3);
    proposeMany(10);
    List<Manager> dead = new ArrayList<>();
    Manager last = leader();
    for (Manager manager : List.copyOf(managers.values())) {
      if (manager != last) {
        kill(manager);
        dead.add(manager);
      }
    }
    CompletableFuture<Long> proposal = propose(last);
    CompletableFuture<Long> barrier = last.log.barrier().toCompletableFuture();
    group.await("the last one to step down", () -> !last.machine.leading());
    group.pass();

    assertThat(last.machine.position()).isEqualTo(10);
    assertThat(proposal.isDone() && !proposal.isCompletedExceptionally()).isFalse();
    assertThat(barrier.isDone() && !barrier.isCompletedExceptionally()).isFalse();
    assertThat(last.machine.leader()).isEmpty();

    restart(dead.get(0).name);
    leader();
    proposeMany(10);
    restart(dead.get(1).name);
    expectAgreement();
  }

  @Test
  void c10_18_aLeaderThatIsCutOffLosesItsProposalsOrNotButAllAgree() throws Exception {
    start(3);
    proposeMany(10);
    Manager old = leader();
    group.isolate(old.name);
    for (int i = 0; i < 10; i++) {
      propose(old);
    }
    group.await(
        "another leader",
        () -> managers.values().stream().anyMatch(it -> it != old && it.machine.leading()));
    Manager young =
        managers.values().stream()
            .filter(it -> it != old && it.machine.leading())
            .findFirst()
            .orElseThrow();
    for (int i = 0; i < 10; i++) {
      propose(young);
    }
    group.pass();
    group.heal(old.name);
    group.await("the old one to follow", () -> !old.machine.leading());

    expectAgreement();
  }

  @Test
  void aBarrierCoversEverythingAcknowledged() throws Exception {
    start(3);
    proposeMany(20);
    assertThat(get(leader().log.barrier())).isGreaterThanOrEqualTo(20);

    kill(leader());
    Manager second = leader();

    assertThat(get(second.log.barrier())).isGreaterThanOrEqualTo(20);
    assertThat(second.machine.position()).isGreaterThanOrEqualTo(20);
  }

  @Test
  void c10_12_aManagerThatJoinsLateGetsASnapshotAndThenEntries() throws Exception {
    start(3);
    for (int left = 3 * group.entriesBeforeSnapshot(); left > 0; left -= 50) {
      proposeMany(50);
      group.pass();
    }

    Manager late = join("d");
    proposeMany(20);

    expectAgreement();
    assertThat(late.machine.restores()).isPositive();
    assertThat(leader().members().members()).hasSize(4).allMatch(ManagerGroup.Member::voter);
  }

  @Test
  void aManagerThatWasAwayCatchesUp() throws Exception {
    start(3);
    proposeMany(10);
    Manager away = follower();
    kill(away);
    for (int left = 3 * group.entriesBeforeSnapshot(); left > 0; left -= 50) {
      proposeMany(50);
      group.pass();
    }

    restart(away.name);
    proposeMany(10);

    expectAgreement();
  }

  @Test
  void nothingIsForgottenWhenAllStartAnew() throws Exception {
    start(3);
    proposeMany(30);
    expectAgreement();
    List<Manager> all = List.copyOf(managers.values());
    for (Manager manager : all) {
      kill(manager);
    }
    for (Manager manager : all) {
      restart(manager.name);
    }
    proposeMany(5);

    expectAgreement();
    assertThat(leader().machine.values()).hasSize(35);
  }

  @Test
  void oneAloneStartsAnewWithWhatItHas() throws Exception {
    start(1);
    proposeMany(30);
    kill(leader());
    restart("a");
    proposeMany(5);

    expectAgreement();
    assertThat(leader().machine.values()).hasSize(35);
  }

  @Test
  void leadershipMovesOnRequestAndEachTermHasOneLeader() throws Exception {
    start(3);
    for (int i = 0; i < 5; i++) {
      Manager before = leader();
      Manager to = follower();
      propose(before);
      get(before.members().transferLeadership(Optional.of(to.id())));
      Manager after = leaderOf(() -> !before.machine.leading());
      assertThat(after).isSameAs(to);
      propose(after);
    }
    Manager before = leader();
    get(before.members().transferLeadership(Optional.empty()));
    leaderOf(() -> !before.machine.leading());

    expectAgreement();
  }

  @Test
  void aLeaderThatClosesHandsLeadershipOn() throws Exception {
    start(3);
    proposeMany(10);
    Manager first = leader();
    managers.remove(first.name);
    first.log.close();

    Manager second = leader();
    proposeMany(10);
    assertThat(second.machine.values()).hasSize(20);
    restart(first.name);
    expectAgreement();
  }

  @Test
  void membersAreKnownToAll() throws Exception {
    start(3);
    for (Manager manager : managers.values()) {
      group.await(
          "three members at " + manager.name,
          () ->
              manager.members().members().size() == 3
                  && manager.members().members().stream().filter(it -> it.leader()).count() == 1);
      assertThat(manager.members().members())
          .extracting(member -> member.manager().id())
          .isSorted()
          .containsExactlyInAnyOrderElementsOf(
              managers.values().stream().map(Manager::id).toList());
    }
    Manager gone = follower();
    kill(gone);
    Manager leader = leader();

    group.await(
        "the leader to notice",
        () ->
            leader.members().members().stream()
                .noneMatch(it -> it.manager().id().equals(gone.id()) && it.reachable()));
    assertThat(leader.members().members().stream().filter(ManagerGroup.Member::reachable))
        .hasSize(2);
  }

  @Test
  void aRemovedManagerStopsAndTheOthersGoOn() throws Exception {
    start(3);
    proposeMany(10);
    Manager removed = follower();
    get(leader().members().remove(removed.id()));

    group.await("the removed one to stop", () -> removed.machine.stopped().isPresent());
    assertThat(removed.machine.stopped()).get().isInstanceOf(FailedPreconditionException.class);
    managers.remove(removed.name);
    removed.log.close();
    assertThat(leader().members().members()).hasSize(2);
    proposeMany(10);
    expectAgreement();
  }

  @Test
  void c10_11_aRemovedManagerThatStartsWithOldDataDisturbsNobody() throws Exception {
    start(3);
    proposeMany(10);
    Manager removed = follower();
    kill(removed);
    get(leader().members().remove(removed.id()));
    proposeMany(10);
    Manager leader = leader();
    List<Long> terms = leader.machine.terms();

    Manager again = restart(removed.name);
    group.pass();

    assertThat(again.machine.leading()).isFalse();
    assertThat(leader.machine.leading()).isTrue();
    assertThat(leader.machine.terms()).isEqualTo(terms);
    managers.remove(again.name);
    again.log.close();
    proposeMany(10);
    expectAgreement();
  }

  @Test
  void c10_8_aRemovalThatCostsTheQuorumIsRefused() throws Exception {
    start(3);
    Manager unreachable = follower();
    kill(unreachable);
    Manager leader = leader();
    Manager other = follower();
    group.await(
        "the leader to notice",
        () ->
            leader.members().members().stream()
                .noneMatch(it -> it.manager().id().equals(unreachable.id()) && it.reachable()));

    assertThatThrownBy(() -> get(leader.members().remove(other.id())))
        .isInstanceOf(FailedPreconditionException.class);
    assertThatThrownBy(() -> get(leader.members().remove(leader.id())))
        .isInstanceOf(FailedPreconditionException.class);
    get(leader.members().remove(unreachable.id()));
    assertThat(leader.members().members()).hasSize(2);
    proposeMany(10);
    expectAgreement();
  }

  @Test
  void c10_9_theLastManagerCannotBeRemoved() throws Exception {
    start(1);

    assertThatThrownBy(() -> get(leader().members().remove(leader().id())))
        .isInstanceOf(FailedPreconditionException.class);
    proposeMany(3);
    expectAgreement();
  }

  @Test
  void c10_10_aLeaderThatIsRemovedHandsLeadershipOnFirst() throws Exception {
    start(3);
    proposeMany(10);
    Manager first = leader();
    get(first.members().remove(first.id()));

    group.await("the removed one to stop", () -> first.machine.stopped().isPresent());
    managers.remove(first.name);
    first.log.close();
    leader();
    assertThat(leader().members().members()).hasSize(2);
    proposeMany(10);
    expectAgreement();
  }

  @Test
  void c10_19_oneSurvivorGoesOnAloneWithWhatItHas() throws Exception {
    start(3);
    proposeMany(20);
    expectAgreement();
    Manager survivor = follower();
    for (Manager manager : List.copyOf(managers.values())) {
      kill(manager);
    }

    run(survivor.name, ReplicatedLogFactory.Entry.FORCE_NEW_CLUSTER);
    proposeMany(5);

    assertThat(leader().machine.values()).hasSize(25);
    assertThat(leader().members().members()).hasSize(1);
    join("x");
    join("y");
    proposeMany(5);
    expectAgreement();
  }

  @Test
  void throughDeathsPartitionsAndMovesAllAgree() throws Exception {
    start(5);
    for (int round = 0; round < 8; round++) {
      Manager leader = leader();
      for (int i = 0; i < 10; i++) {
        propose(leader);
      }
      switch (round % 4) {
        case 0 -> {
          kill(leader);
          proposals.values().removeIf(outcome -> !outcome.isDone());
          leader();
          restart(leader.name);
        }
        case 1 -> {
          group.isolate(leader.name);
          group.pass();
          group.heal(leader.name);
        }
        case 2 -> leader.members().transferLeadership(Optional.empty());
        default -> {
          Manager follower = follower();
          group.isolate(follower.name);
          proposeMany(20);
          group.heal(follower.name);
        }
      }
      group.pass();
    }

    expectAgreement();
  }
}
