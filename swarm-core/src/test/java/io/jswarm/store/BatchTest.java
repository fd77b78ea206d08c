// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import static io.jswarm.store.Fixtures.NOW;
import static io.jswarm.store.Fixtures.service;
import static io.jswarm.store.Fixtures.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.InvalidSpecException;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Turns of random transactions, some of which fail or are too large, into entries of few bytes: a
 * plain map says what must come of them, on the leader and on a manager that reads the entries.
 */
class BatchTest {
  private static final int IDS = 40;
  private static final int NODES = 4;
  private static final int TURNS = 60;

  private final Store leader = new Store();
  private final Store follower = new Store();
  private final Map<String, StoreObject> told = new TreeMap<>();
  private final Map<String, StoreObject> toldFollower = new TreeMap<>();
  private Map<String, Task> model = new TreeMap<>();
  private Service service = service("s", "web");
  private long position;

  static List<Long> seeds() {
    List<Long> seeds = new ArrayList<>();
    for (long seed = 1; seed <= 40; seed++) {
      seeds.add(seed);
    }
    return seeds;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aTurnComesToWhatItsTransactionsSay(long seed) {
    Random random = new Random(seed);
    leader.watch(Runnable::run, Integer.MAX_VALUE, (commit, state) -> hear(told, commit));
    follower.watch(Runnable::run, Integer.MAX_VALUE, (commit, state) -> hear(toldFollower, commit));
    Batch first = leader.begin(NOW, 100_000);
    first.amend(tx -> service = tx.create(service));
    apply(first);

    for (int turn = 0; turn < TURNS; turn++) {
      String at = "seed " + seed + ", turn " + turn;
      Map<String, StoreObject> heard = new TreeMap<>(model);
      Batch batch = leader.begin(NOW.plusSeconds(turn), 300 + random.nextInt(3_000));
      for (int left = random.nextInt(12); left > 0; left--) {
        if (random.nextInt(3) == 0) {
          transact(batch, random, at);
        } else {
          batch.amend(tx -> change(tx, random, 1 + random.nextInt(8), at));
        }
      }
      batch.events().forEach(event -> hear(heard, event));
      assertThat(heard).as("events, %s", at).isEqualTo(model);
      apply(batch);
      requireModel(leader, at);
      requireModel(follower, at);
      assertThat(follower.fingerprint()).as(at).isEqualTo(leader.fingerprint());
      assertThat(told).as("commits, %s", at).isEqualTo(toldFollower);
    }
  }

  private void transact(Batch batch, Random random, String at) {
    Map<String, Task> before = new TreeMap<>(model);
    boolean fails = random.nextInt(3) == 0;
    int events = batch.events().size();
    try {
      batch.transact(
          tx -> {
            change(tx, random, 1 + random.nextInt(20), at);
            if (fails) {
              throw new IllegalStateException("no");
            }
            return true;
          });
    } catch (IllegalStateException | InvalidSpecException e) {
      model = before;
      assertThat(batch.events()).as(at).hasSize(events);
    }
  }

  private void change(Tx tx, Random random, int steps, String at) {
    for (int i = 0; i < steps; i++) {
      String id = "t" + random.nextInt(IDS);
      Task present = tx.task(id).orElse(null);
      assertThat(present).as("%s, task %s", at, id).isEqualTo(model.get(id));
      if (present == null) {
        model.put(id, tx.create(task(id, service, 1 + random.nextInt(5), node(random))));
      } else if (random.nextInt(4) == 0) {
        tx.delete(present);
        model.remove(id);
      } else {
        model.put(id, tx.update(present.withNodeId(node(random))));
      }
    }
    requireRanges(tx, at);
  }

  private static String node(Random random) {
    int node = random.nextInt(NODES + 1);
    return node == NODES ? "" : "n" + node;
  }

  private void apply(Batch batch) {
    long version = leader.view().version();
    for (StoreEntry entry : batch.entries()) {
      assertThat(entry.version()).isGreaterThan(version);
      version = entry.version();
      byte[] bytes = entry.toBytes();
      assertThat(bytes.length).isLessThanOrEqualTo(entry.estimatedBytes());
      position++;
      leader.apply(position, entry);
      follower.apply(position, follower.decode(bytes));
      assertThat(leader.tookEffect(position)).isTrue();
    }
  }

  private static void hear(Map<String, StoreObject> known, Commit commit) {
    commit.events().forEach(event -> hear(known, event));
  }

  private static void hear(Map<String, StoreObject> known, StoreEvent event) {
    StoreObject object = event.object();
    if (event instanceof StoreEvent.Deleted) {
      assertThat(known.remove(object.id())).isEqualTo(object);
    } else {
      assertThat(known.put(object.id(), object)).isEqualTo(event.old());
    }
  }

  private void requireModel(Store store, String at) {
    assertThat(store.view().tasks()).as(at).containsExactlyElementsOf(model.values());
    requireRanges(store.view(), at);
  }

  private void requireRanges(ReadView view, String at) {
    for (int node = 0; node < NODES; node++) {
      String id = "n" + node;
      assertThat(view.tasksOfNode(id))
          .as("%s, node %s", at, id)
          .containsExactlyElementsOf(
              model.values().stream().filter(task -> task.nodeId().equals(id)).toList());
    }
    for (int slot = 1; slot <= 5; slot++) {
      int number = slot;
      assertThat(view.tasksOfSlot("s", slot))
          .as("%s, slot %d", at, slot)
          .containsExactlyElementsOf(
              model.values().stream().filter(task -> task.slot() == number).toList());
    }
    assertThat(view.tasksOfService("s")).as(at).hasSize(model.size());
  }
}
