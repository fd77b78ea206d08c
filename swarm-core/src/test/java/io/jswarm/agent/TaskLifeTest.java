// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import static io.jswarm.agent.AgentRig.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.dispatch.TestLeader;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Endpoint;
import io.jswarm.model.EndpointSpec;
import io.jswarm.model.FileTarget;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.runtime.SimulatedProgram;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The state engine of S9.6, seen from the leader's store and from the host. */
class TaskLifeTest {
  private static final Duration SHORT = Duration.ofMillis(1);

  @Test
  void anAssignedTaskRunsAndSaysWhatRunsIt() {
    AgentRig rig = new AgentRig(21).startAgent();

    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    TaskStatus status = rig.leader.task("t1").status();
    assertThat(status.message()).isEqualTo("started");
    assertThat(status.error()).isEmpty();
    assertThat(status.container()).isNotNull();
    assertThat(status.container().pid()).isPositive();
    assertThat(rig.running()).containsExactly("t1");
    assertThat(rig.history("t1")).isSorted();
  }

  @Test
  void aTaskThatExitsWithZeroIsComplete() {
    AgentRig rig = new AgentRig(22).startAgent();
    rig.host.program(SimulatedProgram.exitingAfter(Duration.ofSeconds(3), 0));

    rig.assign("t1");
    rig.awaitState("t1", TaskState.COMPLETE, Duration.ofSeconds(4));

    assertThat(rig.leader.task("t1").status().message()).isEqualTo("finished");
    assertThat(rig.leader.task("t1").status().container().exitCode()).isZero();
  }

  @Test
  void aTaskThatExitsOtherwiseHasFailed() {
    AgentRig rig = new AgentRig(23).startAgent();
    rig.assign("t1");

    rig.host.crash("t1", 3);
    rig.awaitState("t1", TaskState.FAILED, SHORT);

    assertThat(rig.leader.task("t1").status().error()).isEqualTo("task: non-zero exit (3)");
    assertThat(rig.leader.task("t1").status().container().exitCode()).isEqualTo(3);
  }

  @Test
  void anUnhealthyTaskHasFailed() {
    AgentRig rig = new AgentRig(24).startAgent();
    rig.assign("t1");

    rig.host.unhealthy("t1");
    rig.awaitState("t1", TaskState.FAILED, Duration.ofSeconds(11));

    assertThat(rig.leader.task("t1").status().error()).contains("unhealthy");
  }

  @Test
  void c9_14_aTaskDesiredReadyWaitsThere() {
    AgentRig rig = new AgentRig(25).startAgent();
    rig.leader.create(TestLeader.task("t1", NODE, TaskState.ASSIGNED, TaskState.READY));
    rig.awaitState("t1", TaskState.READY, SHORT);
    rig.world.runFor(Duration.ofMinutes(10));
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.READY);
    assertThat(rig.running()).isEmpty();

    rig.leader.desire("t1", TaskState.RUNNING);
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    assertThat(rig.history("t1")).contains(TaskState.READY, TaskState.STARTING, TaskState.RUNNING);
  }

  @Test
  void c9_15_aPrepareThatFailsForGoodRejectsTheTask() {
    AgentRig rig = new AgentRig(26).startAgent();
    rig.host.missingImage("app");

    rig.assign("t1");
    rig.awaitState("t1", TaskState.REJECTED, SHORT);

    assertThat(rig.leader.task("t1").status().error()).isEqualTo("no such image: app");
  }

  @Test
  void c9_15_aStartThatFailsForGoodFailsTheTask() {
    AgentRig rig = new AgentRig(27).startAgent();
    rig.host.failNextStart("exec: not found", false);

    rig.assign("t1");
    rig.awaitState("t1", TaskState.FAILED, SHORT);

    assertThat(rig.leader.task("t1").status().error()).isEqualTo("exec: not found");
  }

  @Test
  void c9_16_aPrepareThatFailsForNowIsRepeated() {
    AgentRig rig = new AgentRig(28).startAgent();
    for (int i = 0; i < 3; i++) {
      rig.host.failNextPrepare("registry timeout", true);
    }
    rig.leader.create(TestLeader.task("t1", NODE, TaskState.ASSIGNED, TaskState.READY));

    rig.world.runFor(Duration.ofMillis(2_900));
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.PREPARING);
    rig.awaitState("t1", TaskState.READY, Duration.ofMillis(200));

    assertThat(rig.history("t1")).noneMatch(TaskState::isTerminal);
  }

  @Test
  void c9_17_aTaskShutDownWhilePreparingGivesUpPreparing() {
    AgentRig rig =
        new AgentRig(29, host -> host.prepareTime(Duration.ofMinutes(5), Duration.ofMinutes(5)))
            .startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.PREPARING, SHORT);

    rig.leader.desire("t1", TaskState.SHUTDOWN);
    rig.awaitState("t1", TaskState.SHUTDOWN, Duration.ofSeconds(1));

    rig.world.runFor(Duration.ofMinutes(6));
    assertThat(rig.running()).isEmpty();
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.SHUTDOWN);
    assertThat(rig.leader.task("t1").status().message()).isEqualTo("shutdown");
  }

  @Test
  void aTaskShutDownWhileItWaitsToRepeatAStepDoesNotRepeatIt() {
    AgentRig rig = new AgentRig(30).startAgent();
    rig.host.failNextPrepare("registry timeout", true);
    rig.assign("t1");
    rig.awaitState("t1", TaskState.PREPARING, SHORT);

    rig.leader.desire("t1", TaskState.SHUTDOWN);
    rig.awaitState("t1", TaskState.SHUTDOWN, SHORT);
    rig.world.runFor(Duration.ofSeconds(5));

    assertThat(rig.present()).isEmpty();
  }

  @Test
  void aRunningTaskIsShutDown() {
    AgentRig rig = new AgentRig(31).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    rig.leader.desire("t1", TaskState.SHUTDOWN);
    rig.awaitState("t1", TaskState.SHUTDOWN, Duration.ofSeconds(11));

    assertThat(rig.running()).isEmpty();
    assertThat(rig.present()).containsExactly("t1");
  }

  @Test
  void aTaskThatIsDeletedLeavesNothingBehind() {
    AgentRig rig = new AgentRig(32).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    rig.leader.write(tx -> tx.delete(tx.task("t1").orElseThrow()));
    rig.world.runFor(Duration.ofSeconds(11));

    assertThat(rig.present()).isEmpty();
    assertThat(rig.database.load().toCompletableFuture().join()).isEmpty();
  }

  @Test
  void c9_20_aTaskIsStartingUntilItIsHealthy() {
    AgentRig rig =
        new AgentRig(33, host -> host.startTime(Duration.ofSeconds(40), Duration.ofSeconds(40)))
            .startAgent();
    rig.assign("t1");

    rig.world.runFor(Duration.ofMillis(39_900));
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.STARTING);

    rig.awaitState("t1", TaskState.RUNNING, Duration.ofMillis(200));
  }

  @Test
  void hostPortsAreReportedWithTheirRealNumbers() {
    AgentRig rig = new AgentRig(34).startAgent();
    PortConfig any = PortConfig.host(0, 80);
    rig.leader.create(
        TestLeader.task("t1", NODE, TaskState.ASSIGNED, TaskState.RUNNING)
            .withEndpoint(new Endpoint(EndpointSpec.DEFAULT, List.of(any), List.of())));

    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    assertThat(rig.leader.task("t1").status().ports())
        .singleElement()
        .satisfies(port -> assertThat(port.publishedPort()).isPositive());
  }

  @Test
  void aPortInUseIsTheTasksError() {
    AgentRig rig = new AgentRig(35).startAgent();
    Endpoint endpoint =
        new Endpoint(EndpointSpec.DEFAULT, List.of(PortConfig.host(8080, 80)), List.of());
    rig.leader.create(
        TestLeader.task("t1", NODE, TaskState.ASSIGNED, TaskState.RUNNING).withEndpoint(endpoint));
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    rig.leader.create(
        TestLeader.task("t2", NODE, TaskState.ASSIGNED, TaskState.RUNNING).withEndpoint(endpoint));
    rig.awaitState("t2", TaskState.REJECTED, SHORT);

    assertThat(rig.leader.task("t2").status().error()).contains("8080").contains("in use");
  }

  @Test
  void aTemplateThatCannotBeExpandedRejectsTheTask() {
    AgentRig rig = new AgentRig(36).startAgent();
    ContainerSpec bad = ContainerSpec.builder("app").env(List.of("X={{.Nothing}}")).build();

    rig.leader.create(TestLeader.task("t1", NODE, TaskState.ASSIGNED, TaskState.RUNNING, bad));
    rig.awaitState("t1", TaskState.REJECTED, SHORT);

    assertThat(rig.leader.task("t1").status().error()).contains("env[0]");
  }

  @Test
  void aTaskWhoseSecretIsGoneIsRejected() {
    AgentRig rig = new AgentRig(37).startAgent();
    FileTarget target = new FileTarget("password", "0", "0", 0444);
    ContainerSpec container =
        ContainerSpec.builder("app")
            .secrets(List.of(new SecretReference("s1", "password", target)))
            .build();
    rig.leader.create(
        TestLeader.task("t1", NODE, TaskState.ASSIGNED, TaskState.RUNNING, container));
    rig.awaitState("t1", TaskState.REJECTED, SHORT);
    assertThat(rig.leader.task("t1").status().error()).contains("secret password");

    rig.leader.create(Secret.of("s1", SecretSpec.of("password", "hush")));
    rig.leader.create(
        TestLeader.task("t2", NODE, TaskState.ASSIGNED, TaskState.RUNNING, container));

    rig.awaitState("t2", TaskState.RUNNING, SHORT);
  }

  @Test
  void anEngineThatCannotBeReachedCostsNoTask() {
    AgentRig rig = new AgentRig(38).startAgent();
    rig.assign("t1");
    rig.awaitState("t1", TaskState.RUNNING, SHORT);

    rig.host.engineDown();
    rig.assign("t2");
    rig.world.runFor(Duration.ofMinutes(1));
    assertThat(rig.leader.state("t1")).isEqualTo(TaskState.RUNNING);
    assertThat(rig.leader.state("t2")).isEqualTo(TaskState.PREPARING);
    rig.host.crash("t1", 9);
    rig.host.engineUp();

    rig.awaitState("t2", TaskState.RUNNING, Duration.ofSeconds(2));
    rig.awaitState("t1", TaskState.FAILED, Duration.ofSeconds(2));
    assertThat(rig.leader.task("t1").status().container().exitCode()).isEqualTo(9);
  }
}
