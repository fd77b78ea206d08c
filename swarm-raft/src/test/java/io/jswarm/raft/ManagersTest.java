// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomix.protocols.raft.protocol.InstallRequest;
import io.jswarm.FailedPreconditionException;
import io.jswarm.IndeterminateResultException;
import io.jswarm.InvalidSpecException;
import io.jswarm.NotLeaderException;
import io.jswarm.UnavailableException;
import io.jswarm.raft.SimulatedManagers.Simulated;
import io.jswarm.raft.storage.SimulatedDisk;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLogFactory.Entry;
import io.jswarm.spi.UntrustedLogException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several managers step by step, in virtual time. */
class ManagersTest {
  private final SimulatedManagers managers = SimulatedManagers.small(1);
  private long next;

  private long write(Simulated leader) {
    return await(leader.propose(++next));
  }

  /** Enough for several files of the log. */
  private void writeALot() {
    for (int i = 0; i < 300; i++) {
      await(managers.leader().propose(++next, 1_000));
    }
  }

  private void write(int count) {
    for (int i = 0; i < count; i++) {
      write(managers.leader());
    }
  }

  private <T> T await(CompletionStage<T> stage) {
    return await(managers, stage);
  }

  private static <T> T await(SimulatedManagers managers, CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    managers.await(future::isDone, "an outcome");
    try {
      return future.join();
    } catch (CompletionException e) {
      throw (RuntimeException) e.getCause();
    }
  }

  private void cutOff(Simulated one) {
    managers.network.faults().isolate(one.name);
    managers.network.faults().isolate(one.address);
  }

  @Test
  void threeManagersApplyTheSame() {
    managers.begin(3);
    write(20);

    managers.awaitEqual(managers.running());
    assertThat(managers.agreed).hasSize(20);
  }

  @Test
  void c10_6_aLeaderThatIsKilledIsFollowedByAnotherWithinASecond() {
    managers.begin(3);
    Simulated first = managers.leader();
    write(first);
    Duration killed = managers.world.elapsed();

    first.kill();
    long position = write(managers.leader());

    assertThat(managers.world.elapsed().minus(killed)).isLessThan(Duration.ofSeconds(1));
    assertThat(position).isEqualTo(2);
    first.start();
    managers.awaitEqual(managers.running());
  }

  /** Both followers hear that the leader's connections broke, and need no timeout. */
  @Test
  void aDeathThatBreaksConnectionsIsNoticedAtOnce() {
    managers.begin(3);
    write(5);
    for (int round = 0; round < 20; round++) {
      Simulated first = managers.leader();
      Duration killed = managers.world.elapsed();

      first.kill();
      write(managers.leader());

      assertThat(managers.world.elapsed().minus(killed))
          .isLessThan(RaftSettings.defaults().electionTimeout());
      first.start();
      managers.awaitEqual(managers.running());
    }
  }

  @Test
  void aLeaderThatFallsSilentIsFollowedByAnother() {
    managers.begin(3);
    Simulated first = managers.leader();
    write(first);
    Duration silent = managers.world.elapsed();

    cutOff(first);
    managers.await(
        () -> managers.running().stream().anyMatch(one -> one != first && one.leading),
        "another leader");

    assertThat(managers.world.elapsed().minus(silent)).isLessThan(Duration.ofMillis(1_500));
  }

  @Test
  void aFollowerThatIsCutOffDisturbsNobodyWhenItIsBack() {
    managers.begin(3);
    Simulated leader = managers.leader();
    long term = leader.log.engine().raft().getTerm();
    Simulated follower = managers.followers().get(0);

    cutOff(follower);
    managers.world.runFor(Duration.ofSeconds(20));
    managers.network.faults().healAll();
    managers.world.runFor(Duration.ofSeconds(5));

    assertThat(leader.leading).isTrue();
    assertThat(leader.log.engine().raft().getTerm()).isEqualTo(term);
  }

  @Test
  void c10_7_withoutAQuorumNothingIsWrittenAndWithOneItIsAgain() {
    managers.begin(3);
    write(3);
    Simulated leader = managers.leader();
    List<Simulated> others = managers.followers();

    others.forEach(Simulated::kill);
    CompletableFuture<Long> lost = leader.propose(++next);
    managers.await(lost::isDone, "the outcome of a write without a quorum");

    assertThat(lost).isCompletedExceptionally();
    assertThatThrownBy(() -> await(leader.propose(++next))).isInstanceOf(NotLeaderException.class);
    others.get(0).start();
    write(managers.leader());
    managers.awaitEqual(managers.running());
  }

  @Test
  void c10_18_aProposalOfALeaderThatIsCutOffIsNotCalledDone() {
    managers.begin(3);
    write(1);
    Simulated deposed = managers.leader();

    cutOff(deposed);
    CompletableFuture<Long> lost = deposed.propose(77);
    managers.await(lost::isDone, "its outcome");

    assertThatThrownBy(() -> await(lost)).isInstanceOf(IndeterminateResultException.class);
    managers.network.faults().healAll();
    write(1);
    managers.awaitEqual(managers.running());
    assertThat(managers.agreed).doesNotContain(77L);
  }

  @Test
  void aProposalThatAnotherLeaderOverwroteIsRefused() {
    managers.begin(3);
    write(1);
    Simulated deposed = managers.leader();
    cutOff(deposed);
    CompletableFuture<Long> lost = deposed.propose(77);
    managers.await(
        () -> managers.running().stream().anyMatch(one -> one != deposed && one.leading),
        "another leader");
    managers.network.faults().healAll();

    assertThatThrownBy(() -> await(lost)).isInstanceOf(NotLeaderException.class);
  }

  @Test
  void c10_12_aNewcomerCatchesUpThroughASnapshot() {
    managers.begin(1);
    writeALot();
    assertThat(managers.leader().log.engine().journal().boundaryIndex()).isPositive();

    Simulated newcomer = managers.add("m2");

    managers.awaitEqual(List.of(newcomer));
    assertThat(newcomer.log.engine().journal().boundaryIndex()).isPositive();
    write(5);
    managers.awaitEqual(managers.running());
  }

  @Test
  void aSnapshotOfManyPiecesReachesANewcomer() {
    managers.begin(1);
    managers.leader().machine.padSnapshots(1_000_000);
    writeALot();

    Simulated newcomer = managers.add("m2");

    managers.awaitEqual(List.of(newcomer));
  }

  @Test
  void a10_aFollowerThatDiesWhileItTakesASnapshotTakesItAgain() {
    for (int crash = 1; crash <= 40; crash++) {
      SimulatedManagers world = SimulatedManagers.small(crash);
      world.begin(3);
      Simulated follower = world.followers().get(0);
      follower.kill();
      for (int i = 0; i < 200; i++) {
        CompletableFuture<Long> done = world.leader().propose(i, 1_000);
        world.await(done::isDone, "entry " + i);
      }
      follower.disk.crashAfter(crash);
      try {
        follower.start();
      } catch (FailedPreconditionException | UntrustedLogException e) {
        assertThat(e).hasMessageFindingMatch("the process is dead|cannot be read");
      }
      world.world.runFor(Duration.ofSeconds(2));
      follower.powerCut();
      follower.start();
      world.awaitEqual(world.running());
    }
  }

  @Test
  void allManagersLosePowerAtOnceAndNothingAcknowledgedIsLost() {
    managers.begin(3);
    for (int round = 0; round < 10; round++) {
      write(17);
      managers.running().forEach(Simulated::powerCut);
      managers.managers.values().forEach(Simulated::start);
    }
    write(1);

    managers.awaitEqual(managers.running());
    assertThat(managers.agreed).hasSize(171);
  }

  @Test
  void a2_bothThatHeldAnEntryLosePowerAndTheEntryIsThere() {
    managers.begin(3);
    Simulated away = managers.followers().get(0);
    away.kill();
    write(5);
    List<Simulated> both = managers.running();

    both.forEach(Simulated::powerCut);
    both.forEach(Simulated::start);

    write(managers.leader());
    managers.awaitEqual(managers.running());
    assertThat(managers.agreed).hasSize(6);
  }

  @Test
  void a3_aManagerWhoseLogIsDamagedTakesNoPart() {
    managers.begin(3);
    write(40);
    Simulated damaged = managers.followers().get(0);
    damaged.kill();
    String segment =
        damaged.disk.list().stream()
            .filter(name -> name.endsWith(".seg"))
            .findFirst()
            .orElseThrow();
    damaged.disk.flip(segment, 13_000, 3);

    assertThatThrownBy(damaged::start).isInstanceOf(UntrustedLogException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "term", "snapshot-"})
  void a3_aManagerOfWhichAFileIsMissingTakesNoPart(String missing) {
    managers.begin(3);
    writeALot();
    Simulated maimed = managers.followers().get(0);
    maimed.kill();
    List<String> files =
        maimed.disk.list().stream().filter(name -> name.startsWith(missing)).toList();
    assertThat(files).isNotEmpty();
    files.forEach(maimed.disk::lose);

    assertThatThrownBy(maimed::start).isInstanceOf(UntrustedLogException.class);
  }

  /** At once after a kill; after a power cut once the log has come to rest. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a3_damageToTheLastEntriesIsSeen(boolean rested) {
    managers.begin(3);
    write(40);
    Simulated damaged = managers.followers().get(0);
    if (rested) {
      managers.world.runFor(Duration.ofSeconds(3));
      damaged.powerCut();
    } else {
      damaged.kill();
    }
    String last =
        damaged.disk.list().stream()
            .filter(name -> name.endsWith(".seg"))
            .reduce((first, second) -> second)
            .orElseThrow();
    byte[] contents = damaged.disk.contents(last);
    int end = contents.length;
    while (contents[end - 1] == 0) {
      end--;
    }
    damaged.disk.flip(last, end - 2, 1);

    assertThatThrownBy(damaged::start).isInstanceOf(UntrustedLogException.class);
  }

  @Test
  void a4_anEntryOverTheLimitIsRefusedAndTheNextOneGoesThrough() {
    SimulatedManagers large = new SimulatedManagers(1, RaftSettings.defaults());
    large.begin(3);
    Simulated leader = large.leader();

    assertThatThrownBy(
            () -> await(large, leader.log.propose(new RecordingMachine.Numbered(1, 2 << 20))))
        .isInstanceOf(InvalidSpecException.class);
    await(large, leader.log.propose(new RecordingMachine.Numbered(2, (3 << 19) - 9)));

    large.awaitEqual(large.running());
  }

  @Test
  void a6_aFullDiskRefusesAndRecovers() {
    managers.begin(1);
    Simulated leader = managers.leader();
    leader.disk.capacity(leader.disk.used() + (200 << 10));

    boolean refused = false;
    for (int i = 0; i < 20_000 && !refused; i++) {
      CompletableFuture<Long> done = leader.propose(++next);
      managers.await(done::isDone, "entry " + i);
      refused = done.isCompletedExceptionally();
    }
    assertThat(refused).isTrue();
    assertThatThrownBy(() -> write(leader)).isInstanceOf(UnavailableException.class);
    leader.disk.capacity(Long.MAX_VALUE / 2);
    managers.world.runFor(Duration.ofSeconds(3));

    write(leader);
    managers.awaitEqual(managers.running());
  }

  @Test
  void a6_aLeaderWithoutRoomMakesWayForOneThatHasSome() {
    managers.begin(3);
    write(10);
    Simulated first = managers.leader();
    first.disk.capacity(first.disk.used());

    managers.await(
        () -> {
          managers.leaderIfAny().ifPresent(leader -> leader.propose(++next, 1_000));
          managers.world.runFor(Duration.ofMillis(5));
          return managers.leaderIfAny().filter(leader -> leader != first).isPresent();
        },
        "another leader");
    managers.world.runFor(Duration.ofSeconds(10));

    assertThat(managers.leader()).isNotSameAs(first);
    write(managers.leader());
    first.disk.capacity(Long.MAX_VALUE / 2);
    managers.awaitEqual(managers.running());
  }

  @Test
  void a10_piecesOfTwoLeadersSnapshotsAreNeverPutTogether() {
    managers.begin(3);
    writeALot();
    Simulated leader = managers.leader();
    Simulated follower = managers.followers().get(0);
    long ahead = follower.log.engine().journal().lastIndex() + 1_000;
    long term = leader.log.engine().raft().getTerm();

    assertThat(install(leader, follower, term, ahead, 0)).as("the first piece").isTrue();
    assertThat(install(leader, follower, term + 1, ahead, 1)).as("a later leader's").isFalse();
    assertThat(install(leader, follower, term + 1, ahead, 0)).as("from the beginning").isTrue();
    assertThat(install(leader, follower, term, ahead, 1)).as("the earlier leader's").isFalse();
    assertThat(install(leader, follower, term + 1, ahead, 1)).as("its own next").isTrue();
  }

  /** Sends a piece of a snapshot as the leader of a term would; whether it was taken. */
  private boolean install(Simulated from, Simulated to, long term, long index, int piece) {
    InstallRequest request =
        new InstallRequest(
            term, from.log.engine().self(), index, 0, 1, piece, firstPiece(term), false);
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    from.log
        .engine()
        .execute(
            () ->
                from.log
                    .engine()
                    .peers()
                    .call(
                        to.log.engine().self(),
                        Frame.Type.INSTALL,
                        MessageCodec.encode(request),
                        Duration.ofSeconds(2))
                    .whenComplete(
                        (body, error) -> {
                          if (error == null) {
                            answer.complete(body);
                          } else {
                            answer.completeExceptionally(error);
                          }
                        }));
    return MessageCodec.Answer.of(await(answer)).yes();
  }

  private static byte[] firstPiece(long term) {
    return java.nio.ByteBuffer.allocate(64).putLong(term).array();
  }

  @Test
  void i20_afterAFailedSyncTheManagerMakesNoFurtherPromise() {
    managers.begin(3);
    Simulated leader = managers.leader();
    leader.disk.fail(SimulatedDisk.Kind.SYNC, 0);

    CompletableFuture<Long> lost = leader.propose(++next);
    managers.await(() -> leader.stopped != null, "the manager to stop");

    assertThat(leader.stopped).isInstanceOf(UnavailableException.class);
    managers.await(lost::isDone, "its outcome");
    assertThatThrownBy(() -> await(leader.propose(++next)))
        .isInstanceOf(UnavailableException.class);
    leader.powerCut();
    write(managers.leader());
    leader.start();
    managers.awaitEqual(managers.running());
  }

  @Test
  void c10_8_aManagerIsRemovedOnlyIfTheOthersHaveAQuorum() {
    managers.begin(3);
    List<Simulated> followers = managers.followers();
    followers.get(0).kill();
    managers.world.runFor(Duration.ofSeconds(3));
    ManagerGroup group = managers.leader().group();

    assertThatThrownBy(() -> await(group.remove(followers.get(1).group().self().id())))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("quorum");
    await(group.remove(followers.get(0).group().self().id()));

    assertThat(group.members()).hasSize(2);
  }

  @Test
  void c10_9_theLastManagerIsNotRemoved() {
    managers.begin(1);
    ManagerGroup group = managers.leader().group();

    assertThatThrownBy(() -> await(group.remove(group.self().id())))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("last manager");
  }

  @Test
  void c10_10_aLeaderThatIsRemovedHandsLeadershipOnFirst() {
    managers.begin(3);
    Simulated leaving = managers.leader();
    write(3);

    await(leaving.group().remove(leaving.group().self().id()));

    managers.await(() -> leaving.stopped != null, "the removed manager to stop");
    leaving.kill();
    Simulated successor = managers.leader();
    write(successor);
    assertThat(successor.group().members()).hasSize(2);
  }

  @Test
  void c10_11_aRemovedManagerThatComesBackIsToldAndDisturbsNobody() {
    managers.begin(3);
    Simulated removed = managers.followers().get(0);
    removed.kill();
    managers.world.runFor(Duration.ofSeconds(2));
    Simulated leader = managers.leader();
    await(leader.group().remove(idOf(leader, removed)));
    long term = leader.log.engine().raft().getTerm();

    removed.start();
    managers.await(() -> removed.stopped != null, "the removed manager to be told");

    assertThat(removed.stopped).isInstanceOf(FailedPreconditionException.class);
    assertThat(leader.leading).isTrue();
    assertThat(leader.log.engine().raft().getTerm()).isEqualTo(term);
  }

  private static String idOf(Simulated asked, Simulated other) {
    return asked.group().members().stream()
        .map(ManagerGroup.Member::manager)
        .filter(manager -> manager.nodeId().equals(other.name))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @Test
  void leadershipIsHandedToWhomeverIsNamed() {
    managers.begin(3);
    Simulated chosen = managers.followers().get(1);

    await(managers.leader().group().transferLeadership(Optional.of(chosen.group().self().id())));

    managers.await(() -> chosen.leading, "the chosen one to lead");
    write(chosen);
  }

  @Test
  void aLeaderThatClosesHandsOverAtOnce() {
    managers.begin(3);
    Simulated closing = managers.leader();
    write(closing);
    Duration before = managers.world.elapsed();

    closing.close();
    write(managers.leader());

    assertThat(managers.world.elapsed().minus(before)).isLessThan(Duration.ofMillis(300));
  }

  @Test
  void c10_19_oneSurvivorGoesOnAloneAndTheOthersAreRefused() {
    managers.begin(3);
    write(30);
    managers.awaitEqual(managers.running());
    Simulated survivor = managers.followers().get(0);
    List<Simulated> lost = managers.running().stream().filter(one -> one != survivor).toList();
    managers.running().forEach(Simulated::kill);

    survivor.entry = Entry.FORCE_NEW_CLUSTER;
    survivor.start();
    managers.await(() -> survivor.leading, "the survivor to lead");
    write(survivor);

    assertThat(survivor.group().members()).hasSize(1);
    assertThat(survivor.machine.values()).hasSize(31);
    lost.forEach(Simulated::start);
    managers.world.runFor(Duration.ofSeconds(10));
    assertThat(survivor.leading).isTrue();
    assertThat(survivor.group().members()).hasSize(1);
    lost.forEach(Simulated::kill);
    lost.forEach(one -> managers.managers.remove(one.name));
    managers.add("m7");
    managers.awaitEqual(managers.running());
  }

  @Test
  void aManagerWhoseStateDiffersStopsAndSaysSo() {
    managers.begin(3);
    write(5);
    managers.awaitEqual(managers.running());
    Simulated wrong = managers.followers().get(0);

    wrong.machine.corrupt();
    write(60);
    managers.await(() -> wrong.stopped != null, "the wrong one to stop");

    assertThat(wrong.stopped).hasMessageContaining("differs");
    assertThat(managers.running().stream().filter(one -> one.stopped == null)).hasSize(2);
    write(1);
  }

  @Test
  void aBarrierCompletesOnTheLeaderOnly() {
    managers.begin(3);
    write(4);

    assertThat(await(managers.leader().log.barrier())).isEqualTo(4);
    assertThatThrownBy(() -> await(managers.followers().get(0).log.barrier()))
        .isInstanceOf(NotLeaderException.class);
    Simulated cut = managers.leader();
    cutOff(cut);
    assertThatThrownBy(() -> await(cut.log.barrier())).isInstanceOf(RuntimeException.class);
  }

  @Test
  void c10_14_noPayloadIsOnDiskInClearText() {
    managers.begin(1);
    Simulated one = managers.leader();
    await(one.log.propose(new RecordingMachine.Numbered(0x5345435245543031L, 10)));
    write(100);
    managers.world.runFor(Duration.ofSeconds(2));

    for (String name : one.disk.list()) {
      assertThat(new String(one.disk.contents(name), java.nio.charset.StandardCharsets.ISO_8859_1))
          .as(name)
          .doesNotContain("SECRET01");
    }
  }
}
