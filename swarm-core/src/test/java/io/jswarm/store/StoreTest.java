// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import static io.jswarm.store.Fixtures.NOW;
import static io.jswarm.store.Fixtures.node;
import static io.jswarm.store.Fixtures.secret;
import static io.jswarm.store.Fixtures.service;
import static io.jswarm.store.Fixtures.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.AlreadyExistsException;
import io.jswarm.InvalidSpecException;
import io.jswarm.NotFoundException;
import io.jswarm.SwarmException;
import io.jswarm.VersionConflictException;
import io.jswarm.model.Kind;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StoreTest {
  private static final int LIMIT = 3 * 512 * 1024;

  private final Store store = new Store();
  private long index;

  /** One turn with one transaction. */
  private void commit(Consumer<Tx> body) {
    Batch batch = store.begin(NOW, LIMIT);
    batch.transact(
        tx -> {
          body.accept(tx);
          return true;
        });
    apply(batch);
  }

  private void apply(Batch batch) {
    batch.entries().forEach(entry -> store.apply(++index, entry));
  }

  @Test
  void c1_1_aNameIsTakenWithoutRegardToCase() {
    commit(tx -> tx.create(service("s1", "web")));

    assertThatThrownBy(() -> commit(tx -> tx.create(service("s2", "WEB"))))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("web");
    assertThat(store.view().count(Kind.SERVICE)).isEqualTo(1);
  }

  @Test
  void aNameIsFreeAgainAfterRenameOrRemoval() {
    commit(tx -> tx.create(secret("x1", "a", 1)));
    commit(
        tx ->
            tx.update(
                new io.jswarm.model.Secret(
                    "x1",
                    tx.secret("x1").orElseThrow().meta(),
                    secret("x1", "b", 1).spec(),
                    false)));

    commit(tx -> tx.create(secret("x2", "a", 1)));
    commit(tx -> tx.delete(tx.secret("x2").orElseThrow()));
    commit(tx -> tx.create(secret("x3", "A", 1)));

    assertThat(store.view().byName(Kind.SECRET, "a").orElseThrow().id()).isEqualTo("x3");
    assertThat(store.view().byName(Kind.SECRET, "B").orElseThrow().id()).isEqualTo("x1");
  }

  @Test
  void c10_1_aTransactionThatThrowsLeavesNothingBehind() {
    Batch batch = store.begin(NOW, LIMIT);
    batch.transact(tx -> tx.create(service("s0", "kept")));

    assertThatThrownBy(
            () ->
                batch.transact(
                    tx -> {
                      tx.create(service("s1", "one"));
                      tx.update(
                          tx.service("s0")
                              .orElseThrow()
                              .withEndpoint(io.jswarm.model.Endpoint.NONE));
                      tx.delete(tx.service("s0").orElseThrow());
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    apply(batch);

    assertThat(batch.events()).hasSize(1);
    assertThat(store.view().services()).extracting(Service::id).containsExactly("s0");
    assertThat(store.view().byName(Kind.SERVICE, "one")).isEmpty();
  }

  @Test
  void aTransactionReadsItsOwnWrites() {
    commit(
        tx -> {
          Service service = tx.create(service("s1", "web"));
          tx.create(task("t1", service, 1, ""));
          tx.create(task("t2", service, 2, "n1"));

          assertThat(tx.tasksOfService("s1")).extracting(Task::id).containsExactly("t1", "t2");
          assertThat(tx.tasksOfSlot("s1", 2)).extracting(Task::id).containsExactly("t2");
          assertThat(tx.tasksOfNode("n1")).extracting(Task::id).containsExactly("t2");

          tx.update(tx.task("t1").orElseThrow().withNodeId("n1"));
          assertThat(tx.tasksOfNode("n1")).extracting(Task::id).containsExactly("t1", "t2");
          assertThat(tx.tasksOfNode("")).isEmpty();
        });

    assertThat(store.view().tasksOfNode("n1")).extracting(Task::id).containsExactly("t1", "t2");
  }

  @Test
  void servicesAndNodesOfOneHashAreToldApart() {
    assertThat("Aa").hasSameHashCodeAs("BB");
    commit(
        tx -> {
          Service one = tx.create(service("Aa", "one"));
          Service two = tx.create(service("BB", "two"));
          for (int slot = 1; slot <= 100; slot++) {
            tx.create(task("a" + slot, one, slot, slot % 2 == 0 ? "Aa" : "BB"));
            tx.create(task("b" + slot, two, slot, slot % 5 == 0 ? "Aa" : "BB"));
          }
        });

    assertThat(store.view().tasksOfService("Aa"))
        .extracting(Task::slot)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
    assertThat(store.view().tasksOfService("BB"))
        .hasSize(100)
        .allMatch(task -> task.serviceId().equals("BB"));
    assertThat(store.view().tasksOfSlot("BB", 7)).extracting(Task::id).containsExactly("b7");
    assertThat(store.view().tasksOfNode("Aa"))
        .hasSize(70)
        .allMatch(task -> task.nodeId().equals("Aa"))
        .extracting(Task::id)
        .isEqualTo(
            IntStream.rangeClosed(1, 100)
                .boxed()
                .flatMap(i -> Stream.of(i % 2 == 0 ? "a" + i : "", i % 5 == 0 ? "b" + i : ""))
                .filter(id -> !id.isEmpty())
                .sorted()
                .toList());
  }

  @Test
  void iterationStaysValidWhileTheTransactionWrites() {
    commit(
        tx -> {
          Service service = tx.create(service("s1", "web"));
          for (int slot = 1; slot <= 200; slot++) {
            tx.create(task("t" + slot, service, slot, ""));
          }
        });

    commit(
        tx -> {
          int seen = 0;
          for (Task task : tx.tasksOfService("s1")) {
            tx.update(task.withNodeId("n" + task.slot() % 7));
            seen++;
          }
          assertThat(seen).isEqualTo(200);
        });

    assertThat(store.view().tasksOfNode("n3")).hasSize(29);
  }

  @Test
  void c1_8_anUpdateFromAnOlderVersionIsRefused() {
    commit(tx -> tx.create(service("s1", "web")));
    Service first = store.view().service("s1").orElseThrow();
    commit(tx -> tx.update(first.toBuilder().pendingDelete(true).build()));

    assertThatThrownBy(() -> commit(tx -> tx.update(first)))
        .isInstanceOf(VersionConflictException.class)
        .hasMessageContaining("out of sequence");
    assertThat(store.view().service("s1").orElseThrow().pendingDelete()).isTrue();
  }

  @Test
  void ofTwoUpdatesFromOneVersionInOneTurnTheSecondIsRefused() {
    commit(tx -> tx.create(service("s1", "web")));
    Service read = store.view().service("s1").orElseThrow();
    Batch batch = store.begin(NOW, LIMIT);

    batch.transact(tx -> tx.update(read.toBuilder().pendingDelete(true).build()));

    assertThatThrownBy(() -> batch.transact(tx -> tx.update(read)))
        .isInstanceOf(VersionConflictException.class);
  }

  @Test
  void updatingOrDeletingWhatIsNotThereFails() {
    assertThatThrownBy(() -> commit(tx -> tx.update(service("s1", "web"))))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> commit(tx -> tx.delete(service("s1", "web"))))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void aTransactionIsOverWhenItsCallbackReturns() {
    List<Tx> escaped = new ArrayList<>();
    commit(escaped::add);

    assertThatThrownBy(() -> escaped.get(0).create(service("s1", "web")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void versionsGrowWithEachTransactionAndMarkItsObjects() {
    commit(tx -> tx.create(service("s1", "a")));
    Batch batch = store.begin(NOW.plusSeconds(5), LIMIT);
    batch.transact(tx -> tx.create(service("s2", "b")));
    batch.transact(tx -> tx.update(tx.service("s1").orElseThrow()));
    apply(batch);

    assertThat(store.view().version()).isEqualTo(3);
    assertThat(store.view().service("s2").orElseThrow().meta().version()).isEqualTo(2);
    Service updated = store.view().service("s1").orElseThrow();
    assertThat(updated.meta().version()).isEqualTo(3);
    assertThat(updated.meta().createdAt()).isEqualTo(NOW);
    assertThat(updated.meta().updatedAt()).isEqualTo(NOW.plusSeconds(5));
  }

  @Test
  void aTurnsTransactionsBecomeOneEntryOfNetChanges() {
    Batch batch = store.begin(NOW, LIMIT);
    batch.transact(tx -> tx.create(service("s1", "web")));
    batch.amend(tx -> tx.create(task("t1", tx.service("s1").orElseThrow(), 1, "")));
    batch.amend(tx -> tx.update(tx.task("t1").orElseThrow().withNodeId("n1")));
    batch.amend(tx -> tx.create(task("t2", tx.service("s1").orElseThrow(), 2, "")));
    batch.amend(tx -> tx.delete(tx.task("t2").orElseThrow()));

    List<StoreEntry> entries = batch.entries();

    assertThat(batch.events()).hasSize(5);
    assertThat(entries).hasSize(1);
    assertThat(entries.get(0).changes()).extracting(Change::id).containsExactly("s1", "t1");
  }

  @Test
  void c10_3_aLargeTurnIsSplitAndNoTransactionIsTornApart() {
    Batch batch = store.begin(NOW, 1_000);
    for (int i = 0; i < 10; i++) {
      int pair = i;
      batch.transact(
          tx -> {
            tx.create(service("a" + pair, "a" + pair));
            return tx.create(service("b" + pair, "b" + pair));
          });
    }
    List<StoreEntry> entries = batch.entries();

    assertThat(entries.size()).isGreaterThan(3);
    for (StoreEntry entry : entries) {
      assertThat(entry.changes().size() % 2).isZero();
      assertThat(entry.estimatedBytes()).isLessThanOrEqualTo(1_000);
      store.apply(++index, entry);
    }
    assertThat(store.view().count(Kind.SERVICE)).isEqualTo(20);
  }

  @Test
  void c10_4_aTransactionOverTheLimitIsRefused() {
    Batch batch = store.begin(NOW, LIMIT);

    assertThatThrownBy(
            () ->
                batch.transact(
                    tx -> {
                      for (int i = 0; i < 5; i++) {
                        tx.create(secret("x" + i, "x" + i, 400_000));
                      }
                      return true;
                    }))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("too large");
    assertThat(batch.isEmpty()).isTrue();
  }

  @Test
  void aFollowerThatDecodesEntriesEndsUpWithTheSameState() {
    Store follower = new Store();
    java.util.Random random = new java.util.Random(7);
    for (int turn = 0; turn < 200; turn++) {
      Batch batch = store.begin(NOW.plusSeconds(turn), turn % 3 == 0 ? 500 : LIMIT);
      for (int i = 0; i < 5; i++) {
        batch.amend(tx -> randomChange(tx, random));
      }
      for (StoreEntry entry : batch.entries()) {
        store.apply(++index, entry);
        follower.apply(index, follower.decode(entry.toBytes()));
      }
      assertThat(follower.view().version()).isEqualTo(store.view().version());
      assertThat(follower.fingerprint()).isEqualTo(store.fingerprint());
    }

    for (Kind kind : Kind.values()) {
      assertThat(contents(follower, kind)).isEqualTo(contents(store, kind));
    }
    assertThat(follower.view().tasksOfNode("n1"))
        .containsExactlyElementsOf(store.view().tasksOfNode("n1"));
  }

  private static List<Object> contents(Store store, Kind kind) {
    List<Object> contents = new ArrayList<>();
    store.view().all(kind).forEach(contents::add);
    return contents;
  }

  private static void randomChange(Tx tx, java.util.Random random) {
    String id = "t" + random.nextInt(60);
    Service service = tx.service("s").orElseGet(() -> tx.create(service("s", "web")));
    Task task = tx.task(id).orElse(null);
    if (task == null) {
      tx.create(task(id, service, 1 + random.nextInt(10), ""));
    } else if (random.nextInt(4) == 0) {
      tx.delete(task);
    } else {
      tx.update(task.withNodeId("n" + random.nextInt(3)));
    }
  }

  @Test
  void c10_5_eventsOfOneTransactionComeTogetherInWriteOrder() {
    List<Commit> commits = new ArrayList<>();
    Watch watch = store.watch(Runnable::run, 100, (commit, state) -> commits.add(commit));

    commit(
        tx -> {
          Service service = tx.create(service("s1", "web"));
          tx.create(task("t1", service, 1, ""));
        });
    watch.close();
    commit(tx -> tx.create(node("n1")));

    assertThat(commits).hasSize(1);
    assertThat(commits.get(0).events())
        .extracting(StoreEvent::kind)
        .containsExactly(Kind.SERVICE, Kind.TASK);
    assertThat(commits.get(0).version()).isEqualTo(1);
  }

  @Test
  void eventsCarryOldAndNewObjects() {
    List<StoreEvent> events = new ArrayList<>();
    store.watch(Runnable::run, 100, (commit, state) -> events.addAll(commit.events()));

    commit(tx -> tx.create(node("n1")));
    commit(tx -> tx.update(tx.node("n1").orElseThrow().withSpec(NodeSpec.manager())));
    commit(tx -> tx.delete(tx.node("n1").orElseThrow()));

    assertThat(events.get(0)).isInstanceOf(StoreEvent.Created.class);
    assertThat(events.get(1))
        .isEqualTo(new StoreEvent.Updated(events.get(0).object(), events.get(2).object()));
    assertThat(events.get(2)).isInstanceOf(StoreEvent.Deleted.class);
  }

  @Test
  void c10_2_watchIsSnapshotPlusEveryLaterCommit() throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    CountDownLatch done = new CountDownLatch(1);
    List<Runnable> checks = new ArrayList<>();
    for (int watcher = 0; watcher < 20; watcher++) {
      int startAt = watcher * 50;
      checks.add(() -> watchFrom(startAt, threads, done));
    }
    for (int i = 0; i < 1_000; i++) {
      if (i % 50 == 0) {
        checks.get(i / 50).run();
      }
      String name = "s" + i;
      commit(tx -> tx.create(service(name, name)));
    }
    commit(tx -> tx.create(node("end")));

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    threads.shutdownNow();
  }

  private final java.util.concurrent.atomic.AtomicInteger complete =
      new java.util.concurrent.atomic.AtomicInteger();

  private void watchFrom(int startAt, ExecutorService threads, CountDownLatch done) {
    List<String> seen = new ArrayList<>();
    threads.execute(
        () ->
            store.watch(
                threads,
                10_000,
                new WatchListener() {
                  @Override
                  public void onStart(ReadView state) {
                    state.services().forEach(service -> seen.add(service.id()));
                    assertThat(seen.size()).isGreaterThanOrEqualTo(startAt);
                    lookForTheEnd(state);
                  }

                  @Override
                  public void onCommit(Commit commit, ReadView state) {
                    commit.events().stream()
                        .filter(event -> event.kind() == Kind.SERVICE)
                        .forEach(event -> seen.add(event.object().id()));
                    lookForTheEnd(state);
                  }

                  private void lookForTheEnd(ReadView state) {
                    if (state.node("end").isPresent()
                        && seen.size() == 1_000
                        && seen.stream().distinct().count() == 1_000
                        && complete.incrementAndGet() == 20) {
                      done.countDown();
                    }
                  }
                }));
  }

  @Test
  void aWatcherThatFallsFarBehindIsEndedWithAnError() {
    ArrayDeque<Runnable> stalled = new ArrayDeque<>();
    List<SwarmException> errors = new ArrayList<>();
    List<Commit> commits = new ArrayList<>();
    store.watch(
        stalled::add,
        10,
        new WatchListener() {
          @Override
          public void onCommit(Commit commit, ReadView state) {
            commits.add(commit);
          }

          @Override
          public void onError(SwarmException error) {
            errors.add(error);
          }
        });
    for (int i = 0; i < 12; i++) {
      String id = "n" + i;
      commit(tx -> tx.create(node(id)));
    }

    stalled.remove().run();

    assertThat(errors).hasSize(1);
    assertThat(commits).isEmpty();
    assertThat(stalled).isEmpty();
  }

  @Test
  void aFailingListenerDoesNotStopOthersOrTheStore() {
    List<Commit> commits = new ArrayList<>();
    store.watch(
        Runnable::run,
        100,
        (commit, state) -> {
          throw new IllegalStateException("listener");
        });
    store.watch(Runnable::run, 100, (commit, state) -> commits.add(commit));

    commit(tx -> tx.create(node("n1")));
    commit(tx -> tx.create(node("n2")));

    assertThat(commits).hasSize(2);
  }

  @Test
  void viewsStayAsTheyWere() {
    commit(tx -> tx.create(node("n1")));
    ReadView before = store.view();

    commit(tx -> tx.create(node("n2")));

    assertThat(before.nodes()).extracting(io.jswarm.model.Node::id).containsExactly("n1");
    assertThat(store.view().nodes()).hasSize(2);
  }
}
