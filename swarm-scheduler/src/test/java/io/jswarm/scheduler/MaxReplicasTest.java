// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static io.jswarm.scheduler.Given.node;
import static io.jswarm.scheduler.Given.spec;
import static io.jswarm.scheduler.Given.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Filter 7 of S7.3, and what it does not count (C7.11). */
class MaxReplicasTest {
  private static final TaskSpec ONE = spec().maxReplicasPerNode(1).build();

  @Test
  void c7_10_noMoreTasksPerNodeThanAllowed() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.service("web", 5, spec().maxReplicasPerNode(2).build());

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 2, "b", 2));
    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (max replicas per node limit exceeded)");
  }

  @Test
  void c7_10_otherServicesDoNotCount() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.runningOthers("a", 3);
    cluster.service("web", 1, ONE);

    cluster.place();

    assertThat(cluster.nodeOf("web.1.1")).isEqualTo("a");
  }

  @Test
  void c7_11_aTaskToldToStopMakesRoomAtOnce() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.running("a", task("web", 1, 1, ONE));
    cluster.put(task("next", "web", 1, 1, ONE));

    cluster.place();
    assertThat(cluster.waiting()).hasSize(1);
    cluster.desire("web.1.1", TaskState.SHUTDOWN);
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
  }

  @Test
  void c7_11_anUpdateThatStartsFirstIsNotStuck_whenEveryNodeIsFull() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.service("web", 2, ONE);
    cluster.place();

    for (int slot = 1; slot <= 2; slot++) {
      String old = "web." + slot + ".1";
      String successor = "web." + slot + ".2";
      cluster.put(task("web", slot, 2, ONE));
      cluster.place();
      // The room of the task it replaces, not that of another slot.
      assertThat(cluster.nodeOf(successor)).isEqualTo(cluster.nodeOf(old));
      cluster.observe(successor, TaskState.RUNNING);
      cluster.desire(old, TaskState.SHUTDOWN);
      cluster.observe(old, TaskState.SHUTDOWN);
    }

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 1));
  }

  @Test
  void c7_11_severalSlotsAtOnce() {
    TestCluster cluster = new TestCluster(node("a"), node("b"), node("c"));
    cluster.service("web", 3, ONE);
    cluster.place();

    cluster.put(task("web", 1, 2, ONE));
    cluster.put(task("web", 2, 2, ONE));
    cluster.place();

    assertThat(cluster.waiting()).isEmpty();
    assertThat(cluster.spread("web").get(cluster.nodeOf("web.3.1"))).isEqualTo(1);
  }

  @Test
  void c7_11_theLimitMayBeNewInTheUpdate() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.running("a", task("web", 1, 1, spec().build()));
    cluster.put(task("web", 1, 2, ONE));

    cluster.place();

    assertThat(cluster.nodeOf("web.1.2")).isEqualTo("a");
  }

  @Test
  void tasksOfAnOlderVersionThatNothingReplacesCount() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.service("web", 2, ONE);
    cluster.place();

    cluster.put(task("web", 3, 2, ONE)); // scaled up: a new version, no new tasks for old slots
    cluster.place();

    assertThat(cluster.nodeOf("web.3.2")).isEmpty();
    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 1));
  }

  @Test
  void tasksOfTheSameVersionCountWhateverTheirSlot() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.running("a", task("web", 1, 1, ONE));
    cluster.put(task("again", "web", 1, 1, ONE));

    cluster.place();

    assertThat(cluster.nodeOf("again")).isEmpty();
  }

  @Test
  void aGlobalTaskReplacesTheOneOnItsNode() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    cluster.running("a", task("agent-a1", "agent", 0, 1, ONE));
    cluster.running("b", task("agent-b1", "agent", 0, 1, ONE));

    cluster.put(task("agent-a2", "agent", 0, 2, ONE).withNodeId("a"));
    cluster.place();

    assertThat(cluster.tasks.get("agent-a2").state()).isEqualTo(TaskState.ASSIGNED);
  }

  @Test
  void slotZeroOfAJobIsNoReasonToIgnoreTasksOnOtherNodes() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.running("a", task("job-1", "job", 0, 1, ONE));

    cluster.put(task("job-2", "job", 0, 2, ONE));
    cluster.place();

    assertThat(cluster.nodeOf("job-2")).isEmpty();
  }
}
