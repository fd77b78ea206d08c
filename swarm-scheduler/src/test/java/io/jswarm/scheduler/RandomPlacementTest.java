// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Node;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementDecision.Placed;
import io.jswarm.spi.PlacementDecision.Unplaceable;
import io.jswarm.spi.PlacementExplanation.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** Small random clusters, each decision checked against the content by other code. */
class RandomPlacementTest {
  private static final int SEEDS = 3_000;

  @Test
  void nothingIsPlacedAgainstAFilter_andNothingWaitsThatWouldFit() {
    forEachSeed(
        SEEDS,
        seed -> {
          RandomCluster random = new RandomCluster(seed);
          TestCluster cluster = new TestCluster(random.nodes(6).toArray(Node[]::new));
          for (int round = 0; round < 3; round++) {
            for (Task task : random.service("s" + round, 1, 1 + random.random.nextInt(8))) {
              cluster.put(random.oneIn(12) ? task.withNodeId("n1") : task);
            }
            checkDecisions(cluster);
            for (Task task : List.copyOf(cluster.tasks.values())) {
              change(random, cluster, task);
            }
          }
        });
  }

  private static void change(RandomCluster random, TestCluster cluster, Task task) {
    if (task.state() == TaskState.PENDING) {
      return;
    }
    if (random.oneIn(4)) {
      cluster.observe(task.id(), random.oneOf(TaskState.RUNNING, TaskState.COMPLETE));
    } else if (random.oneIn(5)) {
      cluster.desire(task.id(), TaskState.SHUTDOWN);
    }
  }

  /** Replays the decisions on the content as it was, and asks of each whether it was right. */
  private static void checkDecisions(TestCluster cluster) {
    Map<String, Task> content = new LinkedHashMap<>(cluster.tasks);
    List<PlacementDecision> decisions = cluster.place();
    for (PlacementDecision decision : decisions) {
      if (decision instanceof Placed placed) {
        Task task = placed.task();
        assertThat(Feasibility.obstacle(task, cluster.nodes.get(placed.nodeId()), content.values()))
            .as("%s on %s", task, placed.nodeId())
            .isNull();
        assertThat(task.nodeId()).isIn("", placed.nodeId());
        content.put(task.id(), TestCluster.assigned(placed));
      }
    }
    for (PlacementDecision decision : decisions) {
      if (decision instanceof Unplaceable unplaceable) {
        checkReasons(cluster, unplaceable, content);
      }
    }
  }

  /**
   * Nothing leaves the books in a pass, so what waits has to be stopped on every node at its end.
   */
  private static void checkReasons(
      TestCluster cluster, Unplaceable decision, Map<String, Task> content) {
    Map<String, Integer> obstacles = new TreeMap<>();
    for (Node node : cluster.nodes.values()) {
      if (!decision.task().isAssigned() || decision.task().nodeId().equals(node.id())) {
        String obstacle = Feasibility.obstacle(decision.task(), node, content.values());
        assertThat(obstacle).as("%s waits, but fits on %s", decision.task(), node).isNotNull();
        obstacles.merge(obstacle, 1, Integer::sum);
      }
    }
    List<Reason> reasons = decision.explanation().reasons();
    assertThat(reasons).extracting(Reason::nodes).isSortedAccordingTo((a, b) -> b - a);
    assertThat(reasons.stream().mapToInt(Reason::nodes).sum())
        .isEqualTo(obstacles.values().stream().mapToInt(n -> n).sum());
    if (!decision.task().isAssigned() && !laterGroupsPlaced(decision, content)) {
      assertThat(reasons)
          .allSatisfy(
              reason -> assertThat(obstacles).containsEntry(reason.filter(), reason.nodes()));
    }
  }

  /** Whether tasks may have been placed in the same pass after this one was explained. */
  private static boolean laterGroupsPlaced(Unplaceable decision, Map<String, Task> content) {
    return content.values().stream()
        .anyMatch(
            task ->
                task.state() == TaskState.ASSIGNED
                    && task.serviceId().compareTo(decision.task().serviceId()) > 0);
  }

  @Test
  void equallyEligibleNodesDifferByOneAtMost() {
    forEachSeed(
        SEEDS,
        seed -> {
          RandomCluster random = new RandomCluster(seed);
          List<Node> nodes = new ArrayList<>();
          int count = 1 + random.random.nextInt(6);
          for (int i = 0; i < count; i++) {
            nodes.add(Given.node("n" + i));
          }
          TestCluster cluster = new TestCluster(nodes.toArray(Node[]::new));
          for (int service = 0; service < 3; service++) {
            int replicas = 1 + random.random.nextInt(8);
            cluster.service("s" + service, replicas, Given.spec().build());
            cluster.place();

            int[] spread = counts(cluster, "s" + service);
            assertThat(max(spread) - min(spread)).isLessThanOrEqualTo(1);
            assertThat(Arrays.stream(spread).sum()).isEqualTo(replicas);
          }
          // Total counts break the ties, so that all services together are balanced too.
          assertThat(max(totals(cluster)) - min(totals(cluster))).isLessThanOrEqualTo(2);
        });
  }

  @Test
  void noOtherWayToPlaceTheTasksIsMoreEven() {
    forEachSeed(
        SEEDS,
        seed -> {
          RandomCluster random = new RandomCluster(seed);
          int count = 1 + random.random.nextInt(5);
          int[] room = new int[count];
          int[] before = new int[count];
          TestCluster cluster = new TestCluster();
          TaskSpec spec = Given.spec().reservations(Given.reserve(1, 0, "")).build();
          int slot = 0;
          for (int i = 0; i < count; i++) {
            before[i] = random.random.nextInt(3);
            room[i] = random.random.nextInt(4);
            cluster.put(Given.node("n" + i, before[i] + room[i], 0, ""));
            for (int t = 0; t < before[i]; t++) {
              cluster.running("n" + i, Given.task("web", ++slot, 1, spec));
            }
          }
          int tasks = 1 + random.random.nextInt(8);
          for (int t = 0; t < tasks; t++) {
            cluster.put(Given.task("web", ++slot, 1, spec));
          }

          cluster.place();

          int placeable = Math.min(tasks, Arrays.stream(room).sum());
          assertThat(cluster.waiting()).hasSize(tasks - placeable);
          assertThat(unevenness(counts(cluster, "web")))
              .isEqualTo(leastUnevenness(before.clone(), room, placeable, 0));
        });
  }

  /** Brute force over every way to place the tasks. */
  private static int leastUnevenness(int[] counts, int[] room, int tasks, int node) {
    if (node == counts.length) {
      return tasks == 0 ? unevenness(counts) : Integer.MAX_VALUE;
    }
    int least = Integer.MAX_VALUE;
    for (int here = 0; here <= Math.min(room[node], tasks); here++) {
      counts[node] += here;
      least = Math.min(least, leastUnevenness(counts, room, tasks - here, node + 1));
      counts[node] -= here;
    }
    return least;
  }

  /** The sum of squares: of all ways to divide a number, the most even one has the least. */
  private static int unevenness(int[] counts) {
    return Arrays.stream(counts).map(n -> n * n).sum();
  }

  @Test
  void branchesOfAPreferenceDifferByOneAtMost_whileAllHaveRoom() {
    forEachSeed(
        SEEDS,
        seed -> {
          RandomCluster random = new RandomCluster(seed);
          TestCluster cluster = new TestCluster();
          int count = 1 + random.random.nextInt(6);
          for (int i = 0; i < count; i++) {
            Node node = Given.label(Given.node("n" + i), "zone", random.oneOf("east", "west", ""));
            cluster.put(Given.label(node, "rack", random.oneOf("r1", "r2")));
          }
          TaskSpec spec =
              Given.spec().spreadOver("node.labels.zone").spreadOver("node.labels.rack").build();
          for (int slot = 1; slot <= 1 + random.random.nextInt(4); slot++) {
            cluster.put(Given.task("web", slot, 1, spec)); // in passes of a few at a time
            cluster.put(Given.task("web", 100 + slot, 1, spec));
            cluster.place();
          }

          Map<String, Map<String, List<Integer>>> tree = new TreeMap<>();
          cluster
              .spread("web")
              .forEach(
                  (id, tasks) -> {
                    Map<String, String> labels = cluster.nodes.get(id).spec().labels();
                    tree.computeIfAbsent(labels.get("zone"), z -> new TreeMap<>())
                        .computeIfAbsent(labels.get("rack"), r -> new ArrayList<>())
                        .add(tasks);
                  });
          assertEven(
              tree.values().stream()
                  .mapToInt(z -> z.values().stream().mapToInt(RandomPlacementTest::sum).sum())
                  .toArray());
          for (Map<String, List<Integer>> zone : tree.values()) {
            assertEven(zone.values().stream().mapToInt(RandomPlacementTest::sum).toArray());
            zone.values().forEach(rack -> assertEven(rack.stream().mapToInt(n -> n).toArray()));
          }
        });
  }

  private static void assertEven(int[] counts) {
    assertThat(max(counts) - min(counts)).isLessThanOrEqualTo(1);
  }

  private static int sum(List<Integer> counts) {
    return counts.stream().mapToInt(n -> n).sum();
  }

  private static int[] counts(TestCluster cluster, String service) {
    return cluster.spread(service).values().stream().mapToInt(n -> n).toArray();
  }

  private static int[] totals(TestCluster cluster) {
    return cluster.nodes.keySet().stream()
        .mapToInt(
            id -> (int) cluster.tasks.values().stream().filter(t -> t.nodeId().equals(id)).count())
        .toArray();
  }

  private static int max(int[] counts) {
    return Arrays.stream(counts).max().orElse(0);
  }

  private static int min(int[] counts) {
    return Arrays.stream(counts).min().orElse(0);
  }

  /** Runs a check for seeds from 0 on; a failure names the seed it fails with. */
  static void forEachSeed(int seeds, LongConsumer check) {
    for (long seed = 0; seed < seeds; seed++) {
      try {
        check.accept(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("fails with seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
