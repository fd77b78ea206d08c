// SPDX-License-Identifier: Apache-2.0
package io.jswarm.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.AlreadyExistsException;
import io.jswarm.FailedPreconditionException;
import io.jswarm.IndeterminateResultException;
import io.jswarm.NotLeaderException;
import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.Kind;
import io.jswarm.model.Node;
import io.jswarm.model.NodeSpec;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Batch;
import io.jswarm.store.Commit;
import io.jswarm.store.Store;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class ControlLoopTest {
  private final SimulatedEnvironment world = new SimulatedEnvironment(1);
  private final EventLoop loop = world.environment().loops().create("control");
  private final Store store = new Store();
  private final SlowLog log = new SlowLog();

  private ControlLoop control(Component... components) {
    ControlLoop control = new ControlLoop(loop, store, log, List.of(components), true);
    world.settle();
    return control;
  }

  private static Node node(String id) {
    return Node.of(id, NodeSpec.worker());
  }

  @Test
  void writesThatWaitTogetherBecomeOneEntry() {
    ControlLoop control = control();
    List<CompletionStage<Node>> writes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String id = "n" + i;
      writes.add(control.write(tx -> tx.create(node(id))));
    }

    world.runFor(Duration.ofMillis(10));

    assertThat(writes).allMatch(write -> write.toCompletableFuture().isDone());
    assertThat(log.entries).hasSize(1);
    assertThat(store.view().count(Kind.NODE)).isEqualTo(100);
  }

  @Test
  void c7_18_whileABatchIsOnItsWayTheNextWritesGather() {
    ControlLoop control = control();
    for (int i = 0; i < 30; i++) {
      String id = "n" + i;
      world.schedule(Duration.ofMillis(i), () -> control.write(tx -> tx.create(node(id))));
    }

    world.runFor(Duration.ofMillis(100));

    // One entry takes 10 ms, so 30 ms of writes fit into four of them.
    assertThat(store.view().count(Kind.NODE)).isEqualTo(30);
    assertThat(log.entries).hasSizeBetween(3, 4);
  }

  @Test
  void oneBadWriteDoesNotHarmTheOthersOfItsTurn() {
    ControlLoop control = control();
    CompletableFuture<Node> first =
        control.write(tx -> tx.create(node("n1"))).toCompletableFuture();
    CompletableFuture<Node> clash =
        control.write(tx -> tx.create(node("n1"))).toCompletableFuture();
    CompletableFuture<Node> other =
        control.write(tx -> tx.create(node("n2"))).toCompletableFuture();

    world.runFor(Duration.ofMillis(10));

    assertThat(first).isCompleted();
    assertThat(other).isCompleted();
    assertThatThrownBy(clash::join).hasCauseInstanceOf(AlreadyExistsException.class);
    assertThat(store.view().count(Kind.NODE)).isEqualTo(2);
  }

  @Test
  void componentsAnswerEachOtherWithinOneTurnAndOneEntry() {
    Chain first = new Chain("a", "b");
    Chain second = new Chain("b", "c");
    Chain third = new Chain("c", "d");
    ControlLoop control = control(third, second, first);

    control.write(tx -> tx.create(node("a1")));
    world.runFor(Duration.ofMillis(10));

    assertThat(store.view().nodes()).extracting(Node::id).containsExactly("a1", "b1", "c1", "d1");
    assertThat(log.entries).hasSize(1);
    assertThat(first.heard).containsExactlyInAnyOrder("a1", "b1", "c1", "d1");
  }

  @Test
  void onCommitComesAfterTheEntryIsApplied() {
    Chain component = new Chain("a", "b");
    ControlLoop control = control(component);

    control.write(tx -> tx.create(node("a1")));
    world.runFor(Duration.ofMillis(9));
    assertThat(component.heard).isNotEmpty();
    assertThat(component.committed).isEmpty();
    world.runFor(Duration.ofMillis(1));

    assertThat(component.committed).containsExactly("a1", "b1");
  }

  @Test
  void aLostLeadershipStopsComponentsAndRefusesWrites() {
    Chain component = new Chain("a", "b");
    ControlLoop control = control(component);
    CompletableFuture<Node> inFlight =
        control.write(tx -> tx.create(node("a1"))).toCompletableFuture();
    world.runFor(Duration.ofMillis(5));

    log.loseLeadership();
    world.settle();
    CompletableFuture<Node> late = control.write(tx -> tx.create(node("a2"))).toCompletableFuture();
    world.runFor(Duration.ofMillis(50));

    assertThat(component.running).isFalse();
    assertThatThrownBy(inFlight::join).hasCauseInstanceOf(IndeterminateResultException.class);
    assertThatThrownBy(late::join)
        .hasCauseInstanceOf(NotLeaderException.class)
        .hasMessageContaining("elsewhere:2377");
  }

  @Test
  void aNewLeadershipStartsComponentsFromTheStoreAlone() {
    Chain component = new Chain("a", "b");
    ControlLoop control = control(component);
    control.write(tx -> tx.create(node("a1")));
    world.runFor(Duration.ofMillis(10));
    log.loseLeadership();
    world.settle();

    log.lead();
    world.runFor(Duration.ofMillis(20));

    assertThat(component.running).isTrue();
    assertThat(component.starts).isEqualTo(2);
    assertThat(store.view().nodes()).extracting(Node::id).containsExactly("a1", "b1");
  }

  @Test
  void aFailingComponentIsReportedWithTheSeed() {
    ControlLoop control =
        control(
            new Chain("a", "b") {
              @Override
              public void reconcile(Tx tx) {
                if (tx.count(Kind.NODE) > 0) {
                  throw new IllegalStateException("broken");
                }
              }
            });
    control.write(tx -> tx.create(node("a1")));

    assertThatThrownBy(world::settle).hasMessageContaining("seed 1").hasMessageContaining("broken");
    assertThat(store.view().count(Kind.NODE)).isZero();
  }

  @Test
  void outsideSimulationAFailingComponentOnlyStartsAllComponentsAnew() {
    List<String> failures = new ArrayList<>(List.of("once"));
    Chain flaky =
        new Chain("a", "b") {
          @Override
          public void reconcile(Tx tx) {
            if (tx.count(Kind.NODE) > 0 && !failures.isEmpty()) {
              throw new IllegalStateException(failures.remove(0) + ", expected in this test");
            }
            super.reconcile(tx);
          }
        };
    ControlLoop control = new ControlLoop(loop, store, log, List.of(flaky), false);
    world.settle();

    CompletableFuture<Node> failed =
        control.write(tx -> tx.create(node("a1"))).toCompletableFuture();
    world.runFor(Duration.ofMillis(10));
    CompletableFuture<Node> next = control.write(tx -> tx.create(node("a2"))).toCompletableFuture();
    world.runFor(Duration.ofMillis(10));

    assertThat(failed).isCompletedExceptionally();
    assertThat(next).isCompleted();
    assertThat(flaky.starts).isEqualTo(2);
    assertThat(store.view().nodes()).extracting(Node::id).containsExactly("a2", "b2");
  }

  @Test
  void anErrorAfterTheCommitDoesNotStopTheManager() {
    List<String> failures = new ArrayList<>(List.of("once"));
    Chain broken =
        new Chain("a", "b") {
          @Override
          public void onCommit(Commit commit) {
            if (!failures.isEmpty()) {
              throw new AssertionError(failures.remove(0) + ", expected in this test");
            }
          }
        };
    ControlLoop control = new ControlLoop(loop, store, log, List.of(broken), false);
    world.settle();

    CompletableFuture<Node> first =
        control.write(tx -> tx.create(node("a1"))).toCompletableFuture();
    world.runFor(Duration.ofMillis(50));
    CompletableFuture<Node> second =
        control.write(tx -> tx.create(node("a2"))).toCompletableFuture();
    world.runFor(Duration.ofMillis(50));

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(broken.starts).isEqualTo(2);
  }

  /** Writes a node with a label long enough that two of them do not fit into one entry. */
  private CompletableFuture<Node> writeLarge(ControlLoop control, String id) {
    NodeSpec spec = NodeSpec.worker().toBuilder().label("text", "x".repeat(600)).build();
    return control.write(tx -> tx.create(Node.of(id, spec))).toCompletableFuture();
  }

  @Test
  void c10_3_eachWriteOfALargeTurnIsAnsweredAsItsOwnEntryFares() {
    log.maxEntryBytes = 1_000;
    ControlLoop control = control();
    log.failures.put(2, new NotLeaderException("deposed", "elsewhere:2377"));
    log.failures.put(3, new IndeterminateResultException("lost"));
    CompletableFuture<Node> first = writeLarge(control, "n1");
    CompletableFuture<Node> second = writeLarge(control, "n2");
    CompletableFuture<Node> third = writeLarge(control, "n3");
    CompletableFuture<Integer> look =
        control.write(tx -> tx.count(Kind.NODE)).toCompletableFuture();

    world.runFor(Duration.ofMillis(100));

    assertThat(log.entries).hasSize(3);
    assertThat(first).isCompleted();
    assertThatThrownBy(second::join).hasCauseInstanceOf(NotLeaderException.class);
    assertThatThrownBy(third::join).hasCauseInstanceOf(IndeterminateResultException.class);
    assertThatThrownBy(look::join).hasCauseInstanceOf(IndeterminateResultException.class);
    assertThat(store.view().nodes()).extracting(Node::id).containsExactly("n1");
  }

  @Test
  void anEntryWithoutTheOneBeforeItDoesNotTakeEffectEvenIfTheLogLetsItThrough() {
    log.maxEntryBytes = 1_000;
    ControlLoop control = control();
    log.failures.put(1, new IndeterminateResultException("lost"));
    CompletableFuture<Node> first = writeLarge(control, "n1");
    CompletableFuture<Node> second = writeLarge(control, "n2");

    world.runFor(Duration.ofMillis(100));

    assertThatThrownBy(first::join).hasCauseInstanceOf(IndeterminateResultException.class);
    assertThatThrownBy(second::join)
        .hasCauseInstanceOf(UnavailableException.class)
        .hasMessageContaining("nothing was changed");
    assertThat(store.view().count(Kind.NODE)).isZero();
  }

  @Test
  void aWriteWhoseEffectIsUndoneInItsTurnIsAnsweredToo() {
    ControlLoop control = control();
    CompletableFuture<Node> created =
        control.write(tx -> tx.create(node("n1"))).toCompletableFuture();
    CompletableFuture<Boolean> deleted =
        control
            .write(
                tx -> {
                  tx.delete(tx.node("n1").orElseThrow());
                  return true;
                })
            .toCompletableFuture();

    world.runFor(Duration.ofMillis(20));

    assertThat(created).isCompleted();
    assertThat(deleted).isCompleted();
    assertThat(log.entries).isEmpty();
  }

  @Test
  void aFullLogIsToldAndTriedAgainAfterAPause() {
    Chain component = new Chain("a", "b");
    ControlLoop control = control(component);
    for (int i = 1; i <= 3; i++) {
      log.failures.put(i, new UnavailableException("the disk is full"));
    }

    CompletableFuture<Node> refused =
        control.write(tx -> tx.create(node("a1"))).toCompletableFuture();
    world.runFor(Duration.ofMillis(500));
    CompletableFuture<Node> again =
        control.write(tx -> tx.create(node("a1"))).toCompletableFuture();
    world.runFor(Duration.ofMillis(400));

    assertThatThrownBy(refused::join).hasCauseInstanceOf(UnavailableException.class);
    assertThat(log.entries).hasSize(1);
    assertThat(component.running).isFalse();
    world.runFor(Duration.ofSeconds(1));
    assertThatThrownBy(again::join).hasCauseInstanceOf(UnavailableException.class);

    log.failures.clear();
    CompletableFuture<Node> last = control.write(tx -> tx.create(node("a1"))).toCompletableFuture();
    world.runFor(Duration.ofSeconds(2));
    assertThat(last).isCompleted();
    assertThat(component.running).isTrue();
  }

  @Test
  void c10_7_writesWaitTenSecondsForALeader() {
    ControlLoop control = control();
    log.follow(Optional.empty());
    world.settle();
    CompletableFuture<Node> first =
        control.write(tx -> tx.create(node("n1"))).toCompletableFuture();
    world.runFor(Duration.ofSeconds(4));
    CompletableFuture<Node> second =
        control.write(tx -> tx.create(node("n2"))).toCompletableFuture();

    world.runFor(Duration.ofMillis(5_990));
    assertThat(first).isNotDone();
    world.runFor(Duration.ofMillis(20));

    assertThatThrownBy(first::join)
        .hasCauseInstanceOf(UnavailableException.class)
        .hasMessageContaining("no leader; more than half of the managers must be online");
    assertThat(second).isNotDone();
    log.lead();
    world.runFor(Duration.ofMillis(20));
    assertThat(second).isCompleted();
  }

  @Test
  void aWriteThatWaitsIsSentOnWhenALeaderIsFound() {
    ControlLoop control = control();
    log.follow(Optional.empty());
    world.settle();
    CompletableFuture<Node> write =
        control.write(tx -> tx.create(node("n1"))).toCompletableFuture();
    world.runFor(Duration.ofSeconds(3));
    assertThat(write).isNotDone();

    log.follow(Optional.of("elsewhere:2377"));
    world.settle();

    assertThatThrownBy(write::join).hasCauseInstanceOf(NotLeaderException.class);
  }

  @Test
  void aManagerWhoseLogStoppedSaysWhyToEverybody() {
    Chain component = new Chain("a", "b");
    ControlLoop control = control(component);
    assertThat(control.stopped()).isEmpty();
    log.follow(Optional.empty());
    world.settle();
    CompletableFuture<Node> waiting =
        control.write(tx -> tx.create(node("n1"))).toCompletableFuture();
    world.settle();

    log.stop(new FailedPreconditionException("this manager was removed"));
    world.settle();
    CompletableFuture<Node> late = control.write(tx -> tx.create(node("n2"))).toCompletableFuture();
    world.settle();

    assertThat(component.running).isFalse();
    assertThat(control.stopped()).get().isInstanceOf(FailedPreconditionException.class);
    for (CompletableFuture<Node> write : List.of(waiting, late)) {
      assertThatThrownBy(write::join)
          .hasCauseInstanceOf(UnavailableException.class)
          .hasMessageContaining("this manager was removed");
    }
  }

  @Test
  void aBarrierTellsAVersionToReadFrom() {
    ControlLoop control = control();
    control.write(tx -> tx.create(node("n1")));
    CompletableFuture<Long> withOthers = control.barrier().toCompletableFuture();
    world.runFor(Duration.ofMillis(10));
    CompletableFuture<Long> alone = control.barrier().toCompletableFuture();
    world.runFor(Duration.ofMillis(10));
    log.follow(Optional.of("elsewhere:2377"));
    world.settle();
    CompletableFuture<Long> elsewhere = control.barrier().toCompletableFuture();
    world.settle();

    assertThat(withOthers).isCompletedWithValue(1L);
    assertThat(alone).isCompletedWithValue(1L);
    assertThat(log.entries).hasSize(1);
    assertThatThrownBy(elsewhere::join).hasCauseInstanceOf(NotLeaderException.class);
  }

  @Test
  void aLeadershipAfterARestoreStartsFromTheRestoredStateAndHearsItsCommits() throws Exception {
    Chain component = new Chain("a", "b");
    ControlLoop control = control(component);
    Store other = new Store();
    Batch batch = other.begin(Instant.EPOCH, 1 << 20);
    batch.transact(tx -> tx.create(node("a7")));
    other.apply(1, batch.entries().get(0));
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    other.snapshot().writeTo(snapshot);
    log.follow(Optional.of("elsewhere:2377"));
    world.settle();

    log.restore(snapshot.toByteArray());
    world.settle();
    log.lead();
    world.runFor(Duration.ofMillis(20));
    control.write(tx -> tx.create(node("a8")));
    world.runFor(Duration.ofMillis(20));

    assertThat(store.view().nodes()).extracting(Node::id).containsExactly("a7", "a8", "b7", "b8");
    assertThat(component.committed).containsExactly("b7", "a8", "b8");
  }

  /** For each node whose id begins with one letter wants one that begins with another. */
  private static class Chain implements Component {
    final List<String> heard = new ArrayList<>();
    final List<String> committed = new ArrayList<>();
    final List<String> missing = new ArrayList<>();
    final String from;
    final String to;
    boolean running;
    int starts;

    Chain(String from, String to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public String name() {
      return from + to;
    }

    @Override
    public void start(Tx tx) {
      running = true;
      starts++;
      tx.nodes().forEach(node -> want(node.id()));
    }

    private void want(String id) {
      if (id.startsWith(from)) {
        missing.add(to + id.substring(1));
      }
    }

    @Override
    public void onEvent(StoreEvent event) {
      heard.add(event.object().id());
      want(event.object().id());
    }

    @Override
    public void reconcile(Tx tx) {
      for (String id : missing) {
        if (tx.node(id).isEmpty()) {
          tx.create(node(id));
        }
      }
      missing.clear();
    }

    @Override
    public void onCommit(Commit commit) {
      commit.events().forEach(event -> committed.add(event.object().id()));
    }

    @Override
    public void stop() {
      running = false;
      missing.clear();
    }
  }

  /** A log whose entries take 10 ms, and whose leadership the test decides. */
  private final class SlowLog implements ReplicatedLog {
    final List<Entry> entries = new ArrayList<>();

    /** What proposals fail with, by their number from 1. */
    final Map<Integer, SwarmException> failures = new TreeMap<>();

    int maxEntryBytes = 1 << 20;
    private Executor owner;
    private StateMachine machine;
    private LeadershipListener leadership;
    private boolean leading;
    private int term;

    @Override
    public void start(Executor owner, StateMachine machine, LeadershipListener leadership) {
      this.owner = owner;
      this.machine = machine;
      this.leadership = leadership;
      lead();
    }

    void lead() {
      leading = true;
      int at = ++term;
      owner.execute(() -> leadership.onLeading(at));
    }

    void loseLeadership() {
      follow(Optional.of("elsewhere:2377"));
    }

    void follow(Optional<String> leader) {
      leading = false;
      owner.execute(() -> leadership.onFollowing(leader));
    }

    void stop(SwarmException cause) {
      leading = false;
      owner.execute(() -> leadership.onStopped(cause));
    }

    void restore(byte[] snapshot) throws IOException {
      Restorable restorable = machine.read(new ByteArrayInputStream(snapshot));
      owner.execute(restorable::restore);
    }

    @Override
    public CompletionStage<Long> propose(Entry entry) {
      CompletableFuture<Long> done = new CompletableFuture<>();
      entries.add(entry);
      world.schedule(
          Duration.ofMillis(10),
          () ->
              owner.execute(
                  () -> {
                    SwarmException failure = failures.get(entries.indexOf(entry) + 1);
                    if (failure != null) {
                      done.completeExceptionally(failure);
                      return;
                    }
                    if (!leading) {
                      done.completeExceptionally(
                          new IndeterminateResultException("lost leadership"));
                      return;
                    }
                    machine.apply(entries.indexOf(entry) + 1, entry);
                    done.complete((long) entries.indexOf(entry) + 1);
                  }));
      return done;
    }

    @Override
    public CompletionStage<Long> barrier() {
      return CompletableFuture.completedFuture(0L);
    }

    @Override
    public Optional<ManagerGroup> group() {
      return Optional.empty();
    }

    @Override
    public int maxEntryBytes() {
      return maxEntryBytes;
    }

    @Override
    public void close() {
      leading = false;
    }
  }
}
