// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import static io.jswarm.store.Fixtures.NOW;
import static io.jswarm.store.Fixtures.node;
import static io.jswarm.store.Fixtures.secret;
import static io.jswarm.store.Fixtures.service;
import static io.jswarm.store.Fixtures.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.model.Kind;
import io.jswarm.model.RecordFiller;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.spi.ReplicatedLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state that is written, read, and put in the place of another. */
class StoreSnapshotTest {
  private static final int LIMIT = 3 * 512 * 1024;

  private final Store store = new Store();
  private long position;

  private static byte[] written(Store store) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.snapshot().writeTo(out);
    return out.toByteArray();
  }

  private void commit(Consumer<Tx> body) {
    Batch batch = store.begin(NOW.plusSeconds(position), LIMIT);
    batch.amend(body);
    batch.entries().forEach(entry -> store.apply(++position, entry));
  }

  private static List<StoreObject> objects(ReadView view, Kind kind) {
    List<StoreObject> objects = new ArrayList<>();
    view.all(kind).forEach(objects::add);
    return objects;
  }

  private static void assertSame(Store actual, Store expected) {
    assertThat(actual.view().version()).isEqualTo(expected.view().version());
    assertThat(actual.fingerprint()).isEqualTo(expected.fingerprint());
    for (Kind kind : Kind.values()) {
      assertThat(objects(actual.view(), kind)).isEqualTo(objects(expected.view(), kind));
    }
  }

  private void fill() {
    for (int i = 0; i < 20; i++) {
      int n = i;
      commit(
          tx -> {
            for (Class<?> type : StoreObject.class.getPermittedSubclasses()) {
              StoreObject object = (StoreObject) RecordFiller.fill(type, 100 * n);
              if (tx.get(object.kind(), object.id()).isEmpty()) {
                tx.create(object);
              }
            }
            Service service = tx.create(service("s" + n, "web" + n));
            for (int slot = 1; slot <= 50; slot++) {
              tx.create(task("t" + n + "-" + slot, service, slot, "n" + slot % 7));
            }
          });
    }
    commit(tx -> tx.delete(tx.service("s3").orElseThrow()));
    commit(tx -> tx.create(secret("x1", "password", 3_000)));
  }

  @Test
  void anEmptyStoreIsAStateToo() throws IOException {
    Store other = new Store();
    other.read(new ByteArrayInputStream(written(store))).restore();

    assertSame(other, store);
  }

  @Test
  void whatWasWrittenIsReadWithAllItsOrders() throws IOException {
    fill();
    Store other = new Store();
    other.read(new ByteArrayInputStream(written(store))).restore();

    assertSame(other, store);
    for (int i = 0; i < 20; i++) {
      assertThat(other.view().tasksOfService("s" + i))
          .containsExactlyElementsOf(store.view().tasksOfService("s" + i));
      assertThat(other.view().tasksOfNode("n" + i))
          .containsExactlyElementsOf(store.view().tasksOfNode("n" + i));
    }
    assertThat(other.view().byName(Kind.SERVICE, "WEB7").orElseThrow().id()).isEqualTo("s7");
    Task task = other.view().task("t5-1").orElseThrow();
    assertThat(task.spec()).isSameAs(other.view().service("s5").orElseThrow().spec().task());
    assertThat(written(other)).isEqualTo(written(store));
  }

  @Test
  void entriesGoOnAfterARestoreAsOnTheOthers() throws IOException {
    fill();
    Store other = new Store();
    other.read(new ByteArrayInputStream(written(store))).restore();

    for (int i = 0; i < 30; i++) {
      int n = i;
      Batch batch = store.begin(NOW.plusSeconds(n), LIMIT);
      batch.amend(
          tx -> {
            Service service = tx.service("s" + n % 3).orElseThrow();
            tx.create(task("new" + n, service, 60 + n, "n1"));
            tx.tasksOfNode("n" + n % 7).forEach(task -> tx.update(task.withNodeId("m" + n)));
            tx.tasksOfService("s5").forEach(task -> tx.delete(task));
          });
      for (StoreEntry entry : batch.entries()) {
        store.apply(++position, entry);
        other.apply(position, other.decode(entry.toBytes()));
      }
    }

    assertSame(other, store);
  }

  @Test
  void aSnapshotHoldsItsStateWhileTheStoreGoesOn() throws IOException {
    fill();
    byte[] before = written(store);
    ReplicatedLog.Snapshot held = store.snapshot();
    commit(tx -> tx.nodes().forEach(tx::delete));

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    held.writeTo(out);

    assertThat(out.toByteArray()).isEqualTo(before);
  }

  @Test
  void readingChangesNothingBeforeTheRestore() throws IOException {
    byte[] empty = written(store);
    fill();
    long version = store.view().version();

    ReplicatedLog.Restorable read = store.read(new ByteArrayInputStream(empty));
    assertThat(store.view().version()).isEqualTo(version);
    read.restore();

    assertThat(store.view().version()).isZero();
    assertThat(store.view().count(Kind.TASK)).isZero();
  }

  @Test
  void aSnapshotThatIsCutOffOrOfAnotherFormatIsRefused() throws IOException {
    commit(
        tx -> {
          Service service = tx.create(service("s1", "web"));
          tx.create(task("t1", service, 1, "n1"));
        });
    byte[] whole = written(store);
    for (int length = 0; length < whole.length; length++) {
      InputStream cut = new ByteArrayInputStream(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> store.read(cut)).isInstanceOf(IOException.class);
    }
    whole[1]++;
    assertThatThrownBy(() -> store.read(new ByteArrayInputStream(whole)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("format");
  }

  @Test
  void aWatchHearsWhatCameBeforeARestoreAndThenEnds() throws IOException {
    ArrayDeque<Runnable> queue = new ArrayDeque<>();
    List<Long> versions = new ArrayList<>();
    List<SwarmException> errors = new ArrayList<>();
    store.watch(
        queue::add,
        100,
        new WatchListener() {
          @Override
          public void onCommit(Commit commit, ReadView state) {
            versions.add(commit.version());
          }

          @Override
          public void onError(SwarmException error) {
            errors.add(error);
          }
        });
    commit(tx -> tx.create(node("n1")));
    commit(tx -> tx.create(node("n2")));
    byte[] snapshot = written(store);
    store.read(new ByteArrayInputStream(snapshot)).restore();
    commit(tx -> tx.create(node("n3")));

    queue.forEach(Runnable::run);

    assertThat(versions).containsExactly(1L, 2L);
    assertThat(errors)
        .singleElement()
        .isInstanceOf(UnavailableException.class)
        .asString()
        .contains("look at the state again and watch anew");
  }

  @Test
  void aWatchThatGoesOnFromARestoreMissesNothingAfterIt() throws IOException {
    List<String> heard = new ArrayList<>();
    store.watch(
        Runnable::run,
        100,
        new WatchListener() {
          @Override
          public void onCommit(Commit commit, ReadView state) {
            heard.add("commit " + commit.version());
          }

          @Override
          public boolean onRestore(ReadView state) {
            heard.add("restore " + state.version());
            return true;
          }

          @Override
          public void onError(SwarmException error) {
            heard.add(error.getMessage());
          }
        });
    commit(tx -> tx.create(node("n1")));
    store.read(new ByteArrayInputStream(written(store))).restore();
    commit(tx -> tx.create(node("n2")));

    assertThat(heard).containsExactly("commit 1", "restore 1", "commit 2");
  }

  @Test
  void aHundredThousandTasksAreQuickForTheOwner(@TempDir Path dir) throws IOException {
    measure(100_000, dir);
  }

  @Test
  @Tag("soak")
  void aMillionTasksAreQuickForTheOwner(@TempDir Path dir) throws IOException {
    measure(1_000_000, dir);
  }

  private void measure(int tasks, Path dir) throws IOException {
    int services = tasks / 100;
    for (int s = 0; s < services; s += 100) {
      int from = s;
      commit(
          tx -> {
            for (int i = from; i < from + 100; i++) {
              Service service = tx.create(service(id(i), "service-" + i));
              for (int slot = 1; slot <= 100; slot++) {
                String node = id(1_000_000 + (i * 31 + slot) % 5_000);
                tx.create(task(id(i * 1_000_003L + slot), service, slot, node));
              }
            }
          });
    }
    Store other = new Store();
    Path file = dir.resolve("snapshot");

    long begin = System.nanoTime();
    ReplicatedLog.Snapshot snapshot = store.snapshot();
    long taken = System.nanoTime();
    try (OutputStream out = Files.newOutputStream(file)) {
      snapshot.writeTo(out);
    }
    long written = System.nanoTime();
    ReplicatedLog.Restorable restorable;
    try (InputStream in = Files.newInputStream(file)) {
      restorable = other.read(in);
    }
    long read = System.nanoTime();
    restorable.restore();
    long restored = System.nanoTime();

    System.out.printf(
        "%,d tasks: snapshot() %.2f ms on the owner, write %d ms, %,d bytes (%d a task),"
            + " read %d ms, restore() %.2f ms on the owner%n",
        tasks,
        (taken - begin) / 1e6,
        (written - taken) / 1_000_000,
        Files.size(file),
        Files.size(file) / tasks,
        (read - written) / 1_000_000,
        (restored - read) / 1e6);
    assertThat(taken - begin).isLessThan(200_000_000);
    assertThat(restored - read).isLessThan(200_000_000);
    assertThat(other.fingerprint()).isEqualTo(store.fingerprint());
    assertThat(other.view().count(Kind.TASK)).isEqualTo(tasks);
    assertThat(other.view().tasksOfNode(id(1_000_042)))
        .containsExactlyElementsOf(store.view().tasksOfNode(id(1_000_042)));
  }

  /** Spread over the alphabet, as real ones are. */
  private static String id(long n) {
    String digits = Long.toUnsignedString(n * 0x9e3779b97f4a7c15L, 36);
    return new StringBuilder(digits).reverse() + "-".repeat(25 - digits.length());
  }
}
