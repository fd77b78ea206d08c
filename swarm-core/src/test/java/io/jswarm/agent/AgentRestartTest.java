// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import static io.jswarm.agent.AgentRig.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.dispatch.TestLeader;
import io.jswarm.model.NodeState;
import io.jswarm.model.TaskState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentRestartTest {
  private static final Duration SHORT = Duration.ofMillis(1);

  private static void restart(AgentRig rig) {
    rig.agent.close();
    rig.world.settle();
    rig.startAgent();
  }

  @Test
  void c9_12_anAgentThatRestartsWithoutAManagerFindsItsContainersAgain() {
    AgentRig rig = new AgentRig(41).startAgent();
    rig.assign("t1");
    rig.assign("t2");
    rig.awaitState("t2", TaskState.RUNNING, SHORT);
    rig.cutOff();

    restart(rig);
    rig.host.crash("t1", 5);
    rig.world.runFor(Duration.ofMinutes(10));

    assertThat(rig.running()).containsExactly("t2");
    assertThat(rig.host.runs()).as("starts").hasSize(2);
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.RUNNING);
    rig.reconnect();
    rig.awaitState("t1", TaskState.FAILED, Duration.ofSeconds(15));
    assertThat(rig.leader.state("t2")).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void aTaskThatEndedWhileNoAgentLookedIsReportedAsWhatItWas() {
    AgentRig rig = new AgentRig(42).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    rig.agent.close();
    rig.world.settle();
    rig.host.crash("t1", 4);
    rig.world.settle();
    rig.startAgent();

    rig.awaitState("t1", TaskState.FAILED, Duration.ofSeconds(1));
    assertThat(rig.leader.task("t1").status().container().exitCode()).isEqualTo(4);
  }

  @Test
  void aStepThatWasInterruptedIsDoneAgain() {
    AgentRig rig =
        new AgentRig(43, host -> host.prepareTime(Duration.ofSeconds(30), Duration.ofSeconds(30)))
            .startAgent();
    rig.assign("t1");
    rig.world.runFor(Duration.ofSeconds(10));

    restart(rig);
    rig.awaitState("t1", TaskState.RUNNING, Duration.ofSeconds(40));

    assertThat(rig.host.runs()).hasSize(1);
  }

  @Test
  void whatNoAssignedTaskClaimsIsRemoved() {
    AgentRig rig = new AgentRig(44).startAgent();
    rig.assign("t1");
    rig.assign("t2");
    rig.awaitState("t2", TaskState.RUNNING, SHORT);

    rig.agent.close();
    rig.world.settle();
    rig.database.remove("t1");
    rig.leader.write(tx -> tx.delete(tx.task("t1").orElseThrow()));
    assertThat(rig.present()).containsExactly("t1", "t2");
    rig.startAgent();
    rig.world.runFor(Duration.ofSeconds(1));

    assertThat(rig.present()).containsExactly("t2");
  }

  @Test
  void aTaskBeingRemovedWhenTheAgentStoppedIsRemovedByTheNext() {
    AgentRig rig = new AgentRig(45).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);
    rig.host.engineDown();
    rig.leader.write(tx -> tx.delete(tx.task("t1").orElseThrow()));
    rig.world.runFor(Duration.ofSeconds(3));
    rig.cutOff();

    rig.host.engineUp();
    restart(rig);
    rig.world.runFor(Duration.ofSeconds(11));

    assertThat(rig.present()).isEmpty();
    assertThat(rig.database.load().toCompletableFuture().join()).isEmpty();
  }

  @Test
  void c9_13_aTaskMissingFromACompleteSetIsStoppedAndRemoved() {
    AgentRig rig = new AgentRig(46).startAgent();
    rig.assign("t1");
    rig.assign("t2");
    rig.awaitState("t2", TaskState.RUNNING, SHORT);
    rig.cutOff();
    rig.world.runFor(Duration.ofSeconds(5));
    rig.leader.write(tx -> tx.delete(tx.task("t1").orElseThrow()));
    assertThat(rig.running()).containsExactly("t1", "t2");

    rig.reconnect();
    rig.world.runFor(Duration.ofSeconds(30));

    assertThat(rig.present()).containsExactly("t2");
    assertThat(rig.running()).containsExactly("t2");
  }

  @Test
  void aShutdownLeavesNothingBehind() {
    AgentRig rig = new AgentRig(47).startAgent();
    rig.assign("t1");
    rig.assign("t2");
    rig.awaitState("t2", TaskState.RUNNING, SHORT);

    CompletableFuture<Void> done = rig.agent.shutdown().toCompletableFuture();
    rig.world.runFor(Duration.ofSeconds(11));

    assertThat(done).isCompleted();
    assertThat(rig.present()).isEmpty();
    assertThat(rig.database.load().toCompletableFuture().join()).isEmpty();
    assertThat(rig.leader.nodeState(NODE)).isEqualTo(NodeState.DOWN);
  }

  @Test
  void aShutdownAlsoRemovesWhatAnEarlierAgentLeft() {
    AgentRig rig = new AgentRig(50).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);
    rig.agent.close();
    rig.world.settle();
    rig.database.remove("t1");
    rig.cutOff();
    rig.startAgent();
    assertThat(rig.running()).containsExactly("t1");

    CompletableFuture<Void> done = rig.agent.shutdown().toCompletableFuture();
    CompletableFuture<Void> again = rig.agent.shutdown().toCompletableFuture();
    rig.world.runFor(Duration.ofSeconds(1));

    assertThat(done).isCompleted();
    assertThat(again).isCompleted();
    assertThat(rig.present()).isEmpty();
  }

  @Test
  void aShutdownThatCannotRemoveATaskSaysSo() {
    AgentRig rig = new AgentRig(48).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);
    rig.host.engineDown();

    CompletableFuture<Void> done = rig.agent.shutdown().toCompletableFuture();
    rig.world.runFor(Duration.ofMinutes(1));

    assertThat(done).isCompletedExceptionally();
  }

  @Test
  void anAgentThatRemembersOnDiskFindsItsTasksAgain(@TempDir Path directory) {
    AgentRig rig = new AgentRig(49);
    Agent first = onDisk(rig, directory);
    first.start();
    rig.world.settle();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    first.close();
    rig.world.settle();
    assertThat(directory).isDirectoryContaining(file -> file.toString().endsWith("t1.task"));
    rig.cutOff();
    onDisk(rig, directory).start();
    rig.world.runFor(Duration.ofMinutes(1));

    assertThat(rig.running()).containsExactly("t1");
    assertThat(rig.host.runs()).hasSize(1);
  }

  private static Agent onDisk(AgentRig rig, Path directory) {
    return Agent.builder(NODE, rig.world.environment(), rig.leader.network, rig.host.runtime())
        .manager(TestLeader.ADDRESS)
        .database(TaskDatabase.inDirectory(directory, rig.world.environment().blocking()))
        .build();
  }

  @Test
  void aDatabaseOnDiskKeepsTheNewestOfEachTask(@TempDir Path directory) throws Exception {
    TaskDatabase database = TaskDatabase.inDirectory(directory.resolve("tasks"), Runnable::run);
    TaskDatabase.Entry t1 = entry("t1", TaskState.RUNNING);
    database.put(entry("t1", TaskState.ASSIGNED));
    database.put(t1);
    database.put(entry("t2", TaskState.ASSIGNED));
    database.remove("t2");
    Files.writeString(directory.resolve("tasks").resolve("t3.new"), "half a tas");
    Files.writeString(directory.resolve("tasks").resolve("t4.task"), "not a task");

    List<TaskDatabase.Entry> loaded =
        TaskDatabase.inDirectory(directory.resolve("tasks"), Runnable::run)
            .load()
            .toCompletableFuture()
            .join();

    assertThat(loaded).containsExactly(t1);
  }

  private static TaskDatabase.Entry entry(String id, TaskState state) {
    var task = TestLeader.task(id, NODE, state, TaskState.RUNNING);
    return new TaskDatabase.Entry(task, task.status(), true);
  }
}
