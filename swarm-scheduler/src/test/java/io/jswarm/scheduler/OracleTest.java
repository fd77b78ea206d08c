// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementDecision.Placed;
import io.jswarm.spi.PlacementDecision.Unplaceable;
import io.jswarm.spi.PlacementEngine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The engine with its indexes decides exactly as the straightforward one, task by task, on clusters
 * that live: services come, grow, fail and go, nodes are relabelled, drained, resized and lost.
 */
class OracleTest {
  private static final int SEEDS = 1_000;

  @Test
  void onRandomClustersEachDecisionIsTheOracles() {
    RandomPlacementTest.forEachSeed(SEEDS, seed -> new Life(seed, 30).run(8));
    System.out.printf("compared with the oracle on %,d random clusters%n", SEEDS);
  }

  @Test
  void onLargeClustersToo() {
    RandomPlacementTest.forEachSeed(1, seed -> new Life(seed, 1_500).run(4));
  }

  /** A service that has a task on each of thousands of idle nodes, and none on the busy ones. */
  @Test
  void aSearchThatTakesTooLongEndsWithTheSameNodes() {
    Life life = new Life(1, 0);
    for (int i = 0; i < 2_500; i++) {
      life.put(Given.node("idle-" + i));
      life.put(Given.node("busy-" + i));
      for (int j = 0; j < 3; j++) {
        life.running("busy-" + i, Given.task("other-" + j, i + 1, 1, Given.spec().build()));
      }
      life.running("idle-" + i, Given.task("web", i + 1, 1, Given.spec().build()));
    }
    for (int slot = 1; slot <= 3_000; slot++) {
      life.put(Given.task("web", 10_000 + slot, 1, Given.spec().build()));
    }

    life.place();

    assertThat(life.cluster.spread("web").values()).allMatch(tasks -> tasks == 1 || tasks == 2);
  }

  /** A cluster of which both engines are told. */
  private static final class Life {
    final TestCluster cluster = new TestCluster();
    private final PlacementEngine.Session oracle = new SimplePlacementEngine().open();
    private final RandomCluster random;
    private final int nodes;
    private int version;

    Life(long seed, int nodes) {
      this.random = new RandomCluster(seed);
      this.nodes = nodes;
    }

    void put(Node node) {
      cluster.put(node);
      oracle.put(node);
    }

    void put(Task task) {
      cluster.put(task);
      oracle.put(task, cluster.now);
    }

    void running(String nodeId, Task task) {
      put(Given.in(task.withNodeId(nodeId), TaskState.RUNNING));
    }

    void run(int rounds) {
      for (int i = 0; i < nodes; i++) {
        put(random.node("n" + i));
      }
      for (int round = 0; round < rounds; round++) {
        services();
        place();
        for (int i = 0; i < nodes / 4; i++) {
          changeNode("n" + random.random.nextInt(nodes));
        }
        List.copyOf(cluster.tasks.values()).forEach(this::change);
      }
    }

    private void services() {
      for (int i = 0; i < 3; i++) {
        String name = "s" + random.random.nextInt(5);
        random.service(name, ++version, random.random.nextInt(2 * nodes)).forEach(this::put);
      }
      for (int i = 0; i < 3; i++) {
        TaskSpec spec = random.spec();
        for (int alike = random.random.nextInt(40); alike >= 0; alike--) {
          put(Given.task("", ++version, 0, spec));
        }
      }
    }

    void place() {
      List<Task> waiting = cluster.waiting();
      List<PlacementDecision> decisions = cluster.session.place(waiting, cluster.now);
      assertThat(brief(decisions))
          .containsExactlyElementsOf(brief(oracle.place(waiting, cluster.now)));
      for (PlacementDecision decision : decisions) {
        if (decision instanceof Placed placed) {
          put(TestCluster.assigned(placed));
        }
      }
    }

    private static List<String> brief(List<PlacementDecision> decisions) {
      List<String> lines = new ArrayList<>();
      for (PlacementDecision decision : decisions) {
        lines.add(
            decision.task().id()
                + (decision instanceof Placed placed
                    ? " on " + placed.nodeId() + placed.generic()
                    : " waits: " + ((Unplaceable) decision).explanation()));
      }
      return lines;
    }

    private void changeNode(String id) {
      Node node = cluster.nodes.get(id);
      if (node == null || random.oneIn(3)) {
        put(random.node(id));
      } else if (random.oneIn(4)) {
        cluster.removeNode(id);
        oracle.removeNode(id);
      } else {
        put(
            Given.availability(
                node, random.oneOf(NodeAvailability.ACTIVE, NodeAvailability.DRAIN)));
      }
    }

    private void change(Task task) {
      if (!task.isAssigned() || task.state().isTerminal() || !random.oneIn(3)) {
        return;
      }
      List<Runnable> fates = new ArrayList<>();
      fates.add(() -> observe(task, TaskState.RUNNING));
      fates.add(() -> observe(task, TaskState.FAILED));
      fates.add(() -> observe(task, TaskState.COMPLETE));
      fates.add(() -> put(task.withDesiredState(TaskState.SHUTDOWN)));
      fates.add(
          () -> {
            cluster.removeTask(task.id());
            oracle.removeTask(task.id());
          });
      fates.get(random.random.nextInt(fates.size())).run();
    }

    private void observe(Task task, TaskState state) {
      cluster.observe(task.id(), state);
      oracle.put(cluster.tasks.get(task.id()), cluster.now);
    }
  }
}
