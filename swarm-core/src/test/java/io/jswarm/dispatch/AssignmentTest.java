// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.dispatch.AssignmentItem.RemoveConfig;
import io.jswarm.dispatch.AssignmentItem.RemoveSecret;
import io.jswarm.dispatch.AssignmentItem.RemoveTask;
import io.jswarm.dispatch.AssignmentItem.UpdateConfig;
import io.jswarm.dispatch.AssignmentItem.UpdateSecret;
import io.jswarm.dispatch.AssignmentItem.UpdateTask;
import io.jswarm.dispatch.ManagerMessage.Assignments;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.FileTarget;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AssignmentTest {
  private static final FileTarget TARGET = new FileTarget("file", "0", "0", 0444);
  private static final ContainerSpec WITH_SECRET =
      ContainerSpec.builder("app")
          .secrets(List.of(new SecretReference("s1", "password", TARGET)))
          .build();
  private static final ContainerSpec WITH_CONFIG =
      ContainerSpec.builder("app")
          .configs(List.of(new ConfigReference("c1", "settings", TARGET)))
          .build();

  private final SimulatedEnvironment world = new SimulatedEnvironment(14);
  private final TestLeader leader = new TestLeader(world, Duration.ofSeconds(5));
  private ScriptedAgent agent;

  @BeforeEach
  void register() {
    leader.createNode("n1");
    leader.createNode("n2");
    leader.create(
        Secret.of("s1", SecretSpec.of("password", "hush")),
        Config.of("c1", ConfigSpec.of("settings", "x=1")));
    agent = new ScriptedAgent(leader, "n1").register();
  }

  private static Task running(String id, ContainerSpec container) {
    return TestLeader.task(id, "n1", TaskState.RUNNING, TaskState.RUNNING, container);
  }

  private void observe(String id, TaskState state) {
    leader.updateTask(id, task -> task.withStatus(TaskStatus.of(state, Instant.EPOCH, "seen")));
  }

  @Test
  void c9_7_theFirstSetIsCompleteEvenWhenEmpty() {
    agent.subscribe();

    Assignments first = agent.last(Assignments.class);
    assertThat(first.complete()).isTrue();
    assertThat(first.appliesTo()).isZero();
    assertThat(first.resultsIn()).isEqualTo(1);
    assertThat(first.items()).isEmpty();
  }

  @Test
  void theFirstSetHoldsTheNodesTasksAndWhatThoseThatLiveNeed() {
    leader.create(
        TestLeader.task("dead", "n1", TaskState.FAILED, TaskState.SHUTDOWN, WITH_CONFIG),
        TestLeader.task("live", "n1", TaskState.RUNNING, TaskState.RUNNING, WITH_SECRET),
        TestLeader.task("waiting", "n1", TaskState.PENDING, TaskState.RUNNING),
        TestLeader.task("other", "n2", TaskState.RUNNING, TaskState.RUNNING));

    agent.subscribe();

    assertThat(agent.last(Assignments.class).items())
        .containsExactly(
            new UpdateSecret(leader.store.view().secret("s1").orElseThrow()),
            new UpdateTask(leader.task("dead")),
            new UpdateTask(leader.task("live")));
  }

  @Test
  void nothingIsSentBeforeTheAgentAsks() {
    leader.assign("t1", "n1");

    assertThat(agent.received(Assignments.class)).isEmpty();
  }

  @Test
  void aTaskIsSentOnceItIsAssignedAndWhenMoreThanItsStatusChanges() {
    agent.subscribe();
    leader.create(TestLeader.task("t1", "", TaskState.PENDING, TaskState.RUNNING));
    assertThat(agent.received(Assignments.class)).hasSize(1);

    leader.updateTask(
        "t1",
        task ->
            task.withNodeId("n1")
                .withStatus(TaskStatus.of(TaskState.ASSIGNED, Instant.EPOCH, "placed")));
    assertThat(agent.last(Assignments.class).items())
        .containsExactly(new UpdateTask(leader.task("t1")));
    observe("t1", TaskState.RUNNING);
    assertThat(agent.received(Assignments.class)).hasSize(2);

    leader.desire("t1", TaskState.SHUTDOWN);
    Assignments last = agent.last(Assignments.class);
    assertThat(last.complete()).isFalse();
    assertThat(last.appliesTo()).isEqualTo(2);
    assertThat(last.resultsIn()).isEqualTo(3);
    assertThat(last.items()).containsExactly(new UpdateTask(leader.task("t1")));
  }

  @Test
  void aTaskUpdatedAndDeletedInOneCommitIsOnlyRemoved() {
    leader.assign("t1", "n1");
    agent.subscribe();

    leader.write(
        tx -> {
          Task shut = tx.update(tx.task("t1").orElseThrow().withDesiredState(TaskState.SHUTDOWN));
          tx.delete(shut);
        });

    assertThat(agent.last(Assignments.class).items()).containsExactly(new RemoveTask("t1"));
  }

  @Test
  void c9_8_aSecretStaysUntilItsLastTaskHasEnded() {
    leader.create(running("t1", WITH_SECRET), running("t2", WITH_SECRET));
    agent.subscribe();

    observe("t1", TaskState.FAILED);
    assertThat(agent.received(Assignments.class)).hasSize(1);
    observe("t2", TaskState.COMPLETE);

    assertThat(agent.last(Assignments.class).items()).containsExactly(new RemoveSecret("s1"));
  }

  @Test
  void c9_9_aConfigGoesWithTheEndOfItsTaskThoughTheTaskIsStillThere() {
    leader.create(running("t1", WITH_CONFIG));
    agent.subscribe();
    assertThat(agent.last(Assignments.class).items())
        .hasAtLeastOneElementOfType(UpdateConfig.class);

    observe("t1", TaskState.FAILED);

    assertThat(agent.last(Assignments.class).items()).containsExactly(new RemoveConfig("c1"));
    assertThat(leader.store.view().task("t1")).isPresent();
  }

  @Test
  void aSecretIsSentBeforeTheFirstTaskThatNeedsIt() {
    agent.subscribe();

    leader.create(TestLeader.task("t1", "n1", TaskState.ASSIGNED, TaskState.RUNNING, WITH_SECRET));
    leader.create(TestLeader.task("t2", "n1", TaskState.ASSIGNED, TaskState.RUNNING, WITH_SECRET));

    List<Assignments> sets = agent.received(Assignments.class);
    assertThat(sets.get(1).items()).hasSize(2);
    assertThat(sets.get(1).items().get(0)).isInstanceOf(UpdateSecret.class);
    assertThat(sets.get(2).items()).containsExactly(new UpdateTask(leader.task("t2")));
  }

  @Test
  void c9_10_manyChangesOfOneCommitComeInChainedSetsOfAHundred() {
    agent.subscribe();

    leader.write(
        tx -> {
          for (int i = 0; i < 250; i++) {
            tx.create(TestLeader.task("t" + i, "n1", TaskState.ASSIGNED, TaskState.RUNNING));
          }
        });

    List<Assignments> sets = agent.received(Assignments.class);
    assertThat(sets).extracting(Assignments::appliesTo).containsExactly(0L, 1L, 2L, 3L);
    assertThat(sets).extracting(Assignments::resultsIn).containsExactly(1L, 2L, 3L, 4L);
    assertThat(sets).extracting(set -> set.items().size()).containsExactly(0, 100, 100, 50);
  }

  @Test
  void aHeartbeatReplyTellsHowFarTheChainGoes() {
    agent.subscribe();
    leader.assign("t1", "n1");

    agent.heartbeat();

    ManagerMessage.HeartbeatReply reply = agent.last(ManagerMessage.HeartbeatReply.class);
    assertThat(reply.stream()).isEqualTo(1);
    assertThat(reply.sent()).isEqualTo(2);
  }

  @Test
  void assignmentsLeaveOnlyWhenTheyAreDurable() {
    agent.subscribe();
    leader.assign("t1", "n1");

    Assignments set = agent.last(Assignments.class);

    UpdateTask item = (UpdateTask) set.items().get(0);
    assertThat(item.task().meta().version()).isEqualTo(leader.store.view().version());
  }
}
