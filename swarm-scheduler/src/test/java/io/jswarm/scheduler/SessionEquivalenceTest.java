// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementDecision.Placed;
import io.jswarm.spi.PlacementEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A session told of changes one by one decides as a session that is given the content at once, in
 * any order, and as the straightforward engine does.
 */
class SessionEquivalenceTest {
  private static final int STEPS = 60;

  private final PlacementEngine engine = new SpreadPlacementEngine();
  private final PlacementEngine oracle = new SimplePlacementEngine();

  @Test
  void aSessionDecidesAsAFreshOneOnTheSameContent() {
    RandomPlacementTest.forEachSeed(1_000, seed -> run(new RandomCluster(seed)));
  }

  private void run(RandomCluster random) {
    TestCluster cluster = new TestCluster(random.nodes(6).toArray(Node[]::new));
    for (int step = 0; step < STEPS; step++) {
      change(random, cluster, step);
      if (step % 6 == 5) {
        List<Task> waiting = cluster.waiting();
        List<PlacementDecision> fresh =
            engine.place(cluster.nodes.values(), cluster.tasks.values(), waiting, cluster.now);
        assertThat(fresh)
            .as("step %d, against the oracle", step)
            .containsExactlyElementsOf(
                oracle.place(cluster.nodes.values(), cluster.tasks.values(), waiting, cluster.now));

        assertThat(place(random, cluster, waiting))
            .as("step %d", step)
            .containsExactlyElementsOf(fresh);
        assertThat(shuffled(random, cluster, waiting))
            .as("step %d, told in another order", step)
            .containsExactlyElementsOf(fresh);
      }
    }
  }

  /** Places; some of what is placed is never stored but undone. */
  private static List<PlacementDecision> place(
      RandomCluster random, TestCluster cluster, List<Task> waiting) {
    List<PlacementDecision> decisions = cluster.session.place(waiting, cluster.now);
    for (PlacementDecision decision : decisions) {
      if (random.oneIn(4)) {
        cluster.put(decision.task());
      } else if (decision instanceof Placed placed) {
        cluster.put(TestCluster.assigned(placed));
      }
    }
    return decisions;
  }

  private List<PlacementDecision> shuffled(
      RandomCluster random, TestCluster cluster, List<Task> waiting) {
    // The content before this pass: as stored now, but for what the pass has stored.
    List<Task> tasks = new ArrayList<>(cluster.tasks.values());
    tasks.removeIf(task -> waiting.stream().anyMatch(w -> w.id().equals(task.id())));
    tasks.addAll(waiting);
    List<Runnable> news = new ArrayList<>();
    PlacementEngine.Session session = engine.open();
    cluster.nodes.values().forEach(node -> news.add(() -> session.put(node)));
    tasks.forEach(task -> news.add(() -> session.put(task, cluster.now)));
    news.addAll(news.subList(0, news.size() / 2)); // and some of it twice
    Collections.shuffle(news, random.random);
    news.forEach(Runnable::run);
    return session.place(waiting, cluster.now);
  }

  private static void change(RandomCluster random, TestCluster cluster, int step) {
    cluster.pass(Duration.ofSeconds(random.random.nextInt(20)));
    Task task = anyOf(random, List.copyOf(cluster.tasks.values()));
    switch (random.random.nextInt(8)) {
      case 0, 1:
        String service = random.oneOf("s1", "s2", "s3");
        random.service(service, step + 1, 1 + random.random.nextInt(3)).forEach(cluster::put);
        break;
      case 2:
        String id = "n" + random.random.nextInt(6);
        if (random.oneIn(3)) {
          cluster.put(Given.task("global-" + step, "global", 0, 1, random.spec()).withNodeId(id));
        } else {
          cluster.removeNode(id); // its tasks stay
        }
        break;
      case 3:
        cluster.put(random.node("n" + random.random.nextInt(6)));
        break;
      case 4:
        if (!cluster.nodes.isEmpty()) {
          String node = anyOf(random, List.copyOf(cluster.nodes.keySet()));
          cluster.update(node, n -> Given.availability(n, NodeAvailability.ACTIVE));
          cluster.update(node, n -> Given.state(n, NodeState.READY));
        }
        break;
      case 5:
        if (task != null && !isFailed(task)) { // failures are remembered longer than their tasks
          cluster.removeTask(task.id());
        }
        break;
      case 6:
        if (task != null) {
          cluster.desire(task.id(), TaskState.SHUTDOWN);
        }
        break;
      default:
        advance(random, cluster, task);
    }
  }

  private static void advance(RandomCluster random, TestCluster cluster, Task task) {
    if (task != null && task.isAssigned() && !task.state().isTerminal()) {
      TaskState next =
          random.oneOf(
              TaskState.RUNNING,
              TaskState.FAILED,
              TaskState.FAILED,
              TaskState.REJECTED,
              TaskState.COMPLETE,
              TaskState.SHUTDOWN,
              TaskState.ORPHANED);
      cluster.observe(task.id(), next);
    }
  }

  private static boolean isFailed(Task task) {
    return task.state() == TaskState.FAILED || task.state() == TaskState.REJECTED;
  }

  private static <T> T anyOf(RandomCluster random, List<T> values) {
    return values.isEmpty() ? null : values.get(random.random.nextInt(values.size()));
  }
}
