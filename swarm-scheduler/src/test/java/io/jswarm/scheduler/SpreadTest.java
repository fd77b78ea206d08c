// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static io.jswarm.scheduler.Given.availability;
import static io.jswarm.scheduler.Given.node;
import static io.jswarm.scheduler.Given.spec;
import static io.jswarm.scheduler.Given.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeAvailability;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** S7.4, S7.5: groups and the ranking of nodes. */
class SpreadTest {
  private static final TaskSpec ANY = spec().build();

  @Test
  void c7_1_sevenTasksOnThreeEmptyNodesAre322() {
    TestCluster cluster = new TestCluster(node("a"), node("b"), node("c"));
    cluster.service("web", 7, ANY);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 3, "b", 2, "c", 2));
  }

  @Test
  void c7_2_tasksOfTheServiceCountMoreThanTasksInTotal() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.runningOthers("a", 5);
    cluster.service("web", 2, ANY);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 1));
  }

  @Test
  void c7_2_aSingleTaskGoesWhereFewestRunInTotal() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.runningOthers("a", 5);
    cluster.service("web", 1, ANY);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 0, "b", 1));
  }

  @Test
  void emptyNodesAreFilledUpToTheOthersFirst() {
    TestCluster cluster = new TestCluster(node("a"), node("b"), node("c"));
    for (int slot = 1; slot <= 4; slot++) {
      cluster.running("a", task("web", slot, 1, ANY));
    }
    cluster.running("b", task("web", 5, 1, ANY));
    for (int slot = 6; slot <= 10; slot++) {
      cluster.put(task("web", slot, 1, ANY));
    }

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 4, "b", 3, "c", 3));
  }

  @Test
  void shouldPreferTheLowerNodeId_whenNodesAreEqual() {
    TestCluster cluster = new TestCluster(node("c"), node("a"), node("b"));
    cluster.service("web", 1, ANY);

    cluster.place();

    assertThat(cluster.nodeOf("web.1.1")).isEqualTo("a");
  }

  @Test
  void tasksAboutToStopDoNotCountInTheRanking() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.running("a", task("web", 1, 1, ANY));
    cluster.running("b", task("web", 2, 1, ANY));
    cluster.desire("web.2.1", TaskState.SHUTDOWN);
    cluster.put(task("web", 2, 2, ANY));

    cluster.place();

    assertThat(cluster.nodeOf("web.2.2")).isEqualTo("b");
  }

  @Test
  void tasksOfAnOlderSpecVersionCountAsTasksOfTheService() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.running("a", task("web", 1, 1, ANY));
    cluster.put(task("web", 2, 2, ANY));

    cluster.place();

    assertThat(cluster.nodeOf("web.2.2")).isEqualTo("b");
  }

  @Test
  void tasksWithoutAServiceArePlacedOneByOne() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.put(task("x", "", 0, 0, ANY));
    cluster.put(task("y", "", 0, 0, ANY));
    cluster.put(task("z", "", 0, 0, spec().constraint("node.id == b").build()));

    cluster.place();

    assertThat(cluster.nodeOf("x")).isEqualTo("a");
    assertThat(cluster.nodeOf("y")).isEqualTo("b");
    assertThat(cluster.nodeOf("z")).isEqualTo("b");
  }

  @Test
  void tasksOfOneVersionThatAskForDifferentThingsEachGetTheirOwn() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.put(task("web", 1, 1, spec().constraint("node.id == b").build()));
    cluster.put(task("web", 2, 1, spec().constraint("node.id == a").build()));
    cluster.put(task("web", 3, 1, spec().constraint("node.id == b").build()));

    cluster.place();

    assertThat(cluster.nodeOf("web.1.1")).isEqualTo("b");
    assertThat(cluster.nodeOf("web.2.1")).isEqualTo("a");
    assertThat(cluster.nodeOf("web.3.1")).isEqualTo("b");
  }

  @Test
  void twoServicesInOnePassSeeEachOthersTasks() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.service("one", 1, ANY);
    cluster.service("two", 1, ANY);

    cluster.place();

    assertThat(cluster.nodeOf("one.1.1")).isEqualTo("a");
    assertThat(cluster.nodeOf("two.1.1")).isEqualTo("b");
  }

  @Test
  void c7_15_aNodeWhereTheServiceKeepsFailingIsAvoidedForFiveMinutes() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    failOn(cluster, "a", 5);
    cluster.running("b", task("web", 2, 1, ANY));
    cluster.running("b", task("web", 3, 1, ANY));

    cluster.put(task("next", "web", 1, 1, ANY));
    cluster.place();
    cluster.pass(Duration.ofMinutes(5));
    cluster.put(task("later", "web", 4, 1, ANY));
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("b");
    assertThat(cluster.nodeOf("later")).isEqualTo("a");
  }

  @Test
  void c7_15_fourFailuresAreNotEnough() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    failOn(cluster, "a", 4);
    cluster.running("b", task("web", 2, 1, ANY));

    cluster.put(task("next", "web", 1, 1, ANY));
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
  }

  @Test
  void c7_15_failuresOutsideTheWindowAreNotAddedUp() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.update("b", node -> availability(node, NodeAvailability.PAUSE));
    for (int i = 0; i < 5; i++) {
      cluster.pass(Duration.ofSeconds(76)); // the fifth comes 304 s after the first
      failOnce(cluster, "a", "failing-" + i);
    }
    cluster.update("b", node -> availability(node, NodeAvailability.ACTIVE));
    cluster.running("b", task("web", 2, 1, ANY));

    cluster.put(task("next", "web", 1, 1, ANY));
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
  }

  @Test
  void c7_15_failuresOfAnotherVersionOrServiceDoNotCount() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    failOn(cluster, "a", 5);
    cluster.running("b", task("web", 2, 1, ANY));
    cluster.running("b", task("db", 2, 1, ANY));

    cluster.put(task("next", "web", 1, 2, ANY));
    cluster.put(task("db", 1, 1, ANY));
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
    assertThat(cluster.nodeOf("db.1.1")).isEqualTo("a");
  }

  @Test
  void c7_15_theSameFailureToldTwiceCountsOnce() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    failOn(cluster, "a", 4);
    cluster.put(cluster.tasks.get("failing-0"));
    cluster.removeTask("failing-1");
    cluster.running("b", task("web", 2, 1, ANY));

    cluster.put(task("next", "web", 1, 1, ANY));
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
  }

  @Test
  void c7_15_failuresSurviveAChangeOfLeader() {
    TestCluster before = new TestCluster(node("a"), node("b"));
    failOn(before, "a", 5);
    TestCluster after = new TestCluster(node("a"), node("b"));
    before.tasks.values().forEach(after::put);
    after.running("b", task("web", 2, 1, ANY));

    after.put(task("next", "web", 1, 1, ANY));
    after.place();

    assertThat(after.nodeOf("next")).isEqualTo("b");
  }

  @Test
  void failuresOfPreassignedTasksDoNotCount() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    for (int i = 0; i < 5; i++) {
      cluster.put(task("global-" + i, "agent", 0, 1, ANY).withNodeId("a"));
      cluster.place();
      cluster.observe("global-" + i, TaskState.FAILED);
    }
    cluster.running("b", task("other", "agent", 0, 1, ANY));

    cluster.put(task("next", "agent", 1, 1, ANY));
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
  }

  @Test
  void amongFailingNodesTheOneThatFailedLessIsBetter_whateverRunsThere() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    failOn(cluster, "a", 6);
    failOn(cluster, "b", 5);
    cluster.running("b", task("web", 2, 1, ANY));

    cluster.put(task("next", "web", 1, 1, ANY));
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("b");
  }

  @Test
  void aGroupIsSpreadOverHealthyNodesOnly_whileAnyPasses() {
    TestCluster cluster = new TestCluster(node("a"), node("b"), node("c"));
    failOn(cluster, "c", 5);
    cluster.service("web", 6, ANY);

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 3, "b", 3, "c", 0));
  }

  /** Has tasks of {@code web}, version 1, fail on a node. */
  private static void failOn(TestCluster cluster, String nodeId, int times) {
    for (int i = 0; i < times; i++) {
      String id = "failing-" + (nodeId.equals("a") ? "" : nodeId) + i;
      cluster.running(nodeId, task(id, "web", 1, 1, ANY));
      cluster.observe(id, i % 2 == 0 ? TaskState.FAILED : TaskState.REJECTED);
    }
  }

  private static void failOnce(TestCluster cluster, String nodeId, String id) {
    cluster.put(task(id, "web", 1, 1, ANY));
    cluster.place();
    assertThat(cluster.nodeOf(id)).isEqualTo(nodeId);
    cluster.observe(id, TaskState.FAILED);
  }
}
