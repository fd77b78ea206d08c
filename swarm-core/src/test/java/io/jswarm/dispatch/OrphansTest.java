// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.NodeState;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrphansTest {
  private final SimulatedEnvironment world = new SimulatedEnvironment(12);
  private final TestLeader leader = new TestLeader(world, Duration.ofSeconds(5));

  private void nodeWithTasksGoesDown() {
    leader.createNode("n1");
    leader.create(
        TestLeader.task("running", "n1", TaskState.RUNNING, TaskState.SHUTDOWN),
        TestLeader.task("complete", "n1", TaskState.COMPLETE, TaskState.SHUTDOWN));
    new ScriptedAgent(leader, "n1").register();
    world.runFor(Duration.ofSeconds(17));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.DOWN);
  }

  @Test
  void c2_7_tasksOfANodeThatStaysDownAreOrphanedAfterADay() {
    nodeWithTasksGoesDown();

    world.runFor(Duration.ofHours(24).minusSeconds(10));
    assertThat(leader.state("running")).isEqualTo(TaskState.RUNNING);
    world.runFor(Duration.ofSeconds(20));

    assertThat(leader.state("running")).isEqualTo(TaskState.ORPHANED);
    assertThat(leader.task("running").status().appliedBy()).isEqualTo("leader");
    assertThat(leader.state("complete")).isEqualTo(TaskState.COMPLETE);
  }

  @Test
  void c2_8_theDayBeginsAnewWhenTheNodeWasBack() {
    nodeWithTasksGoesDown();

    world.runFor(Duration.ofHours(23));
    new ScriptedAgent(leader, "n1").register();
    world.runFor(Duration.ofSeconds(17));
    assertThat(leader.nodeState("n1")).isEqualTo(NodeState.DOWN);
    world.runFor(Duration.ofHours(23));
    assertThat(leader.state("running")).isEqualTo(TaskState.RUNNING);
    world.runFor(Duration.ofMinutes(61));

    assertThat(leader.state("running")).isEqualTo(TaskState.ORPHANED);
  }

  @Test
  void c2_9_theDayBeginsAnewWithANewLeader() {
    nodeWithTasksGoesDown();

    world.runFor(Duration.ofHours(20));
    leader.changeLeader();
    world.runFor(Duration.ofHours(23));
    assertThat(leader.state("running")).isEqualTo(TaskState.RUNNING);
    world.runFor(Duration.ofMinutes(61));

    assertThat(leader.state("running")).isEqualTo(TaskState.ORPHANED);
  }

  @Test
  void c2_11_tasksOfARemovedNodeThatHaveNotEndedAreOrphaned() {
    List<Task> tasks =
        List.of(
            TestLeader.task("assigned", "n1", TaskState.ASSIGNED, TaskState.RUNNING),
            TestLeader.task("running", "n1", TaskState.RUNNING, TaskState.RUNNING),
            TestLeader.task("failed", "n1", TaskState.FAILED, TaskState.SHUTDOWN));

    List<Task> orphans = OrphanedTasks.of(tasks, "node was deleted", "leader", Instant.EPOCH);

    assertThat(orphans).extracting(Task::id).containsExactly("assigned", "running");
    assertThat(orphans).extracting(Task::state).containsOnly(TaskState.ORPHANED);
    assertThat(orphans.get(0).status().message()).isEqualTo("node was deleted");
  }
}
