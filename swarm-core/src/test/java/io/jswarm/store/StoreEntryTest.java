// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import static io.jswarm.store.Fixtures.NOW;
import static io.jswarm.store.Fixtures.service;
import static io.jswarm.store.Fixtures.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.model.ContainerStatus;
import io.jswarm.model.Kind;
import io.jswarm.model.PortConfig;
import io.jswarm.model.RecordFiller;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What entries look like as bytes, and what becomes of them on other managers. */
class StoreEntryTest {
  private static final int LIMIT = 3 * 512 * 1024;

  private final Store leader = new Store();
  private final Store follower = new Store();
  private long position;

  /** One turn, applied on both; the entries as bytes. */
  private List<byte[]> commit(Consumer<Tx> body) {
    Batch batch = leader.begin(NOW.plusSeconds(position), LIMIT);
    batch.amend(body);
    return apply(batch);
  }

  private List<byte[]> apply(Batch batch) {
    List<byte[]> all = new ArrayList<>();
    for (StoreEntry entry : batch.entries()) {
      byte[] bytes = entry.toBytes();
      assertThat(bytes.length).isLessThanOrEqualTo(entry.estimatedBytes());
      all.add(bytes);
      leader.apply(++position, entry);
      follower.apply(position, follower.decode(bytes));
    }
    assertThat(follower.fingerprint()).isEqualTo(leader.fingerprint());
    for (Kind kind : Kind.values()) {
      assertThat(objects(follower, kind)).isEqualTo(objects(leader, kind));
    }
    return all;
  }

  private static List<StoreObject> objects(Store store, Kind kind) {
    List<StoreObject> objects = new ArrayList<>();
    store.view().all(kind).forEach(objects::add);
    return objects;
  }

  private static Service detailed(String id, String name) {
    return Service.of(
            id,
            ServiceSpec.replicated(name, 10_000)
                .image("registry.example.org/team/application:1.27.3")
                .command("sh", "-c", "exec /usr/bin/application --listen 0.0.0.0:8080")
                .env("GREETING", "hello")
                .env("LEVEL", "info")
                .label("team", "blue")
                .publishHost(0, 8080)
                .constraint("node.labels.zone == east")
                .build())
        .toBuilder()
        .specVersion(1)
        .build();
  }

  private static Task placed(Service service, int slot, String node) {
    return task(String.format("%025d", slot), service, slot, node).toBuilder()
        .specVersion(service.specVersion())
        .serviceLabels(service.spec().labels())
        .endpoint(service.endpoint())
        .status(TaskStatus.of(TaskState.ASSIGNED, NOW, "scheduler assigned task to node"))
        .build();
  }

  private static String node(int i) {
    return String.format("node%021d", i);
  }

  @Test
  void tenThousandPlacedTasksCostAboutAHundredBytesEach() {
    Service service = detailed("s".repeat(25), "web");
    commit(tx -> tx.create(service));

    List<byte[]> entries =
        commit(
            tx -> {
              for (int slot = 1; slot <= 10_000; slot++) {
                tx.create(placed(service, slot, node(slot % 500)));
              }
            });

    int bytes = entries.stream().mapToInt(entry -> entry.length).sum();
    System.out.println("placing 10 000 tasks: " + bytes / 10_000 + " bytes a task");
    assertThat(entries).hasSize(1);
    assertThat(bytes).isLessThan(10_000 * 120);
  }

  @Test
  void tasksOnAFollowerShareTheirServicesSpecAndLabels() {
    Service service = detailed("s1", "web");
    commit(
        tx -> {
          tx.create(service);
          tx.create(placed(service, 1, "n1"));
        });
    commit(tx -> tx.create(placed(service, 2, "n1")));

    Task first = follower.view().task(String.format("%025d", 1)).orElseThrow();
    Task second = follower.view().task(String.format("%025d", 2)).orElseThrow();
    Service stored = follower.view().service("s1").orElseThrow();
    assertThat(first.spec()).isSameAs(stored.spec().task()).isSameAs(second.spec());
  }

  @Test
  void aTaskThatOnlyChangesItsStatusKeepsItsSpecWithoutItsService() {
    Service service = detailed("s1", "web");
    commit(
        tx -> {
          tx.create(service);
          for (int slot = 1; slot <= 100; slot++) {
            tx.create(placed(service, slot, "n1"));
          }
        });
    commit(tx -> tx.delete(tx.service("s1").orElseThrow()));
    var spec = follower.view().task(String.format("%025d", 7)).orElseThrow().spec();

    List<byte[]> entries =
        commit(
            tx ->
                tx.tasksOfService("s1")
                    .forEach(task -> tx.update(task.withDesiredState(TaskState.REMOVE))));

    assertThat(entries.get(0).length).isLessThan(100 * 100);
    assertThat(follower.view().task(String.format("%025d", 7)).orElseThrow().spec()).isSameAs(spec);
  }

  @Test
  void aTaskOfThePreviousSpecIsStoredWithThatSpec() {
    Service first = detailed("s1", "web");
    commit(tx -> tx.create(first));
    commit(
        tx -> {
          Service old = tx.service("s1").orElseThrow();
          tx.update(
              old.toBuilder()
                  .spec(old.spec().toBuilder().image("other").build())
                  .specVersion(2)
                  .previousSpec(old.spec())
                  .previousSpecVersion(1)
                  .build());
          tx.create(placed(first, 1, "n1"));
          tx.create(placed(tx.service("s1").orElseThrow(), 2, "n1"));
        });

    assertThat(follower.view().task(String.format("%025d", 1)).orElseThrow().spec())
        .isEqualTo(first.spec().task());
  }

  @Test
  void aTaskWhoseSpecIsNowhereElseBringsIt() {
    Service gone = detailed("s1", "gone");
    Service other = detailed("s2", "other");

    commit(tx -> tx.create(placed(gone, 1, "n1")));
    commit(
        tx -> {
          tx.create(other);
          tx.delete(tx.service("s2").orElseThrow());
          tx.create(placed(other, 2, "n1"));
        });
    commit(
        tx ->
            tx.create(
                task("odd", gone, 1, "").toBuilder().specVersion(99).serviceId("s3").build()));

    assertThat(follower.view().count(Kind.TASK)).isEqualTo(3);
  }

  @Test
  void everyFieldOfATaskSurvives() {
    for (int variant = 0; variant < 12; variant++) {
      Task filled = RecordFiller.fill(Task.class, variant);
      Task negative =
          filled.toBuilder()
              .id("n" + variant)
              .slot(-1)
              .jobIteration(Long.MIN_VALUE)
              .specVersion(-1)
              .status(
                  filled
                      .status()
                      .withContainer(new ContainerStatus("", -1, -1))
                      .withPorts(List.of()))
              .logDriver(null)
              .build();
      Task later =
          filled.toBuilder()
              .id("l" + variant)
              .status(
                  TaskStatus.of(TaskState.FAILED, NOW.plusNanos(1), "")
                      .withContainer(new ContainerStatus("", 0, null))
                      .withPorts(List.of(PortConfig.host(0, 80)))
                      .withApplied("", NOW))
              .build();
      commit(
          tx -> {
            tx.create(filled);
            tx.create(negative);
            tx.create(later);
          });
    }

    assertThat(follower.view().count(Kind.TASK)).isEqualTo(36);
  }

  @Test
  void anEntryIsNeverLargerThanEstimated() {
    Random random = new Random(17);
    List<Class<? extends StoreObject>> types = new ArrayList<>();
    for (Class<?> type : StoreObject.class.getPermittedSubclasses()) {
      types.add(type.asSubclass(StoreObject.class));
    }
    for (int turn = 0; turn < 300; turn++) {
      Batch batch = leader.begin(NOW.plusSeconds(turn), 2_000 + random.nextInt(20_000));
      int step = turn;
      for (int i = 0; i < 10; i++) {
        batch.amend(tx -> randomChange(tx, types.get(random.nextInt(types.size())), random, step));
      }
      apply(batch);
    }
    assertThat(leader.view().count(Kind.TASK)).isPositive();
  }

  private static void randomChange(
      Tx tx, Class<? extends StoreObject> type, Random random, int turn) {
    StoreObject filled = RecordFiller.fill(type, random.nextInt(40));
    StoreObject stored = tx.get(filled.kind(), filled.id()).orElse(null);
    if (filled instanceof Task task && random.nextBoolean()) {
      String error = "é".repeat(random.nextInt(300)) + turn;
      Task changed = task.toBuilder().id("t" + random.nextInt(50)).build();
      Task known = tx.task(changed.id()).orElse(null);
      if (known == null) {
        tx.create(changed);
      } else {
        tx.update(known.withStatus(known.status().withError(error)));
      }
    } else if (stored == null) {
      tx.create(filled);
    } else if (random.nextInt(3) == 0) {
      tx.delete(stored);
    } else {
      tx.update(stored);
    }
  }

  @Test
  void anEntryMadeForAnotherStateIsIgnoredEverywhere() {
    Batch first = leader.begin(NOW, LIMIT);
    first.transact(tx -> tx.create(service("s1", "a")));
    Batch second = leader.begin(NOW, LIMIT);
    second.transact(tx -> tx.create(service("s2", "b")));
    second.transact(tx -> tx.create(service("s3", "c")));
    List<StoreEntry> both = List.of(first.entries().get(0), second.entries().get(0));

    for (StoreEntry entry : both) {
      leader.apply(++position, entry);
      follower.apply(position, follower.decode(entry.toBytes()));
    }

    assertThat(leader.view().services()).extracting(Service::id).containsExactly("s1");
    assertThat(leader.tookEffect(1)).isTrue();
    assertThat(leader.tookEffect(2)).isFalse();
    assertThat(follower.tookEffect(2)).isFalse();
    assertThat(follower.fingerprint()).isEqualTo(leader.fingerprint());
  }

  @Test
  void theRestOfATurnIsIgnoredWithItsBeginning() {
    Batch lost = leader.begin(NOW, 700);
    lost.transact(tx -> tx.create(service("a", "a")));
    lost.transact(tx -> tx.create(service("b", "b")));
    List<StoreEntry> entries = lost.entries();
    assertThat(entries).hasSize(2);
    commit(tx -> tx.create(service("c", "c")));

    for (StoreEntry entry : entries) {
      leader.apply(++position, entry);
    }

    assertThat(leader.view().services()).extracting(Service::id).containsExactly("c");
  }

  @Test
  void aFieldThatIsNotKnownIsPassedOver() {
    ByteSink out = new ByteSink();
    SharedValues.Writer shared = new SharedValues.Writer(false);
    out.writeByte(31 << 2);
    out.writeVarint(12345);
    out.writeByte(31 << 2 | 1);
    out.writeString("whatever");
    out.writeByte(31 << 2 | 2);
    shared.write(out, "new", "new");
    Task task = task("t1", service("s1", "web"), 1, "n1");
    new TaskCodec.Writer(5, NOW, shared).write(out, task, SpecSource.INLINE);

    TaskCodec.TaskDraft draft =
        new TaskCodec.Reader(5, NOW).read(new ByteSource(out.toByteArray()));

    assertThat(draft.complete(task.spec())).isEqualTo(task);
  }

  @Test
  void bytesThatAreNoEntryAreRefused() {
    byte[] bytes = commit(tx -> tx.create(service("s1", "web"))).get(0);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> leader.decode(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    byte[] newer = bytes.clone();
    newer[0]++;
    assertThatThrownBy(() -> leader.decode(newer)).hasMessageContaining("format");
  }
}
