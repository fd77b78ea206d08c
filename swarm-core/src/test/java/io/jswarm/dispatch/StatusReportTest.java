// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusReportTest {
  private final SimulatedEnvironment world = new SimulatedEnvironment(13);
  private final TestLeader leader = new TestLeader(world, Duration.ofSeconds(5));

  private static TaskStatus status(TaskState state) {
    return TaskStatus.of(state, Instant.parse("2030-01-01T00:00:01Z"), "reported");
  }

  private ScriptedAgent agentOf(Task... tasks) {
    leader.createNode("n1");
    leader.create(tasks);
    return new ScriptedAgent(leader, "n1").register();
  }

  @Test
  void c2_1_reportOfALowerStateIsIgnored() {
    ScriptedAgent agent =
        agentOf(TestLeader.task("t1", "n1", TaskState.RUNNING, TaskState.RUNNING));

    agent.report("t1", status(TaskState.STARTING));
    assertThat(leader.state("t1")).isEqualTo(TaskState.RUNNING);
    assertThat(agent.received(ManagerMessage.StatusAck.class)).hasSize(1);

    TaskStatus another =
        status(TaskState.RUNNING).withContainer(new ContainerStatus("c2", 7, null));
    agent.report("t1", another);

    TaskStatus stored = leader.task("t1").status();
    assertThat(stored.container()).isEqualTo(another.container());
    assertThat(stored.appliedBy()).isEqualTo("leader");
    assertThat(stored.appliedAt()).isNotNull();
    assertThat(agent.received(ManagerMessage.StatusAck.class)).hasSize(2);
  }

  @Test
  void aReportThatSaysNothingNewIsNotWritten() {
    ScriptedAgent agent =
        agentOf(TestLeader.task("t1", "n1", TaskState.ASSIGNED, TaskState.RUNNING));
    agent.report("t1", status(TaskState.RUNNING));
    int before = leader.commits.size();

    agent.report(
        "t1", TaskStatus.of(TaskState.RUNNING, Instant.parse("2031-01-01T00:00:00Z"), "reported"));

    assertThat(leader.commits).hasSize(before);
    assertThat(agent.received(ManagerMessage.StatusAck.class)).hasSize(2);
  }

  @Test
  void aRepeatedReportIsAcknowledgedButNotWrittenAgain() {
    ScriptedAgent agent =
        agentOf(TestLeader.task("t1", "n1", TaskState.ASSIGNED, TaskState.RUNNING));
    AgentMessage.ReportStatus report =
        new AgentMessage.ReportStatus(
            agent.sessionId(),
            1,
            List.of(new AgentMessage.TaskReport("t1", status(TaskState.RUNNING))));

    agent.say(report);
    int before = leader.commits.size();
    agent.say(report);

    assertThat(leader.commits).hasSize(before);
    assertThat(agent.received(ManagerMessage.StatusAck.class)).hasSize(2);
  }

  @Test
  void reportsOfUnknownTasksAreIgnored() {
    ScriptedAgent agent =
        agentOf(TestLeader.task("t1", "n1", TaskState.ASSIGNED, TaskState.RUNNING));

    agent.report(
        List.of(
            new AgentMessage.TaskReport("gone", status(TaskState.RUNNING)),
            new AgentMessage.TaskReport("t1", status(TaskState.RUNNING))));

    assertThat(leader.state("t1")).isEqualTo(TaskState.RUNNING);
    assertThat(leader.store.view().task("gone")).isEmpty();
  }

  @Test
  void c9_6_aReportWithATaskOfAnotherNodeIsRefusedAsAWhole() {
    leader.createNode("n2");
    ScriptedAgent agent =
        agentOf(
            TestLeader.task("t1", "n1", TaskState.ASSIGNED, TaskState.RUNNING),
            TestLeader.task("t2", "n2", TaskState.ASSIGNED, TaskState.RUNNING));

    agent.report(
        List.of(
            new AgentMessage.TaskReport("t1", status(TaskState.RUNNING)),
            new AgentMessage.TaskReport("t2", status(TaskState.RUNNING))));

    assertThat(agent.received(ManagerMessage.StatusRefused.class)).hasSize(1);
    assertThat(agent.received(ManagerMessage.StatusAck.class)).isEmpty();
    assertThat(leader.state("t1")).isEqualTo(TaskState.ASSIGNED);
    assertThat(leader.state("t2")).isEqualTo(TaskState.ASSIGNED);
  }

  @Test
  void c9_21_manyReportsOfOneMomentAreWrittenTogether() {
    leader.createNode("n1");
    for (int from = 0; from < 5_000; from += 1_000) {
      int first = from;
      leader.write(
          tx -> {
            for (int i = first; i < first + 1_000; i++) {
              tx.create(TestLeader.task("t" + i, "n1", TaskState.ASSIGNED, TaskState.RUNNING));
            }
          });
    }
    ScriptedAgent agent = new ScriptedAgent(leader, "n1").register();
    int before = leader.commits.size();

    List<AgentMessage.TaskReport> reports = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      reports.add(new AgentMessage.TaskReport("t" + i, status(TaskState.RUNNING)));
    }
    agent.report(reports);

    int commits = leader.commits.size() - before;
    long largest =
        leader.commits.subList(before, leader.commits.size()).stream()
            .mapToLong(commit -> commit.events().size())
            .max()
            .orElseThrow();
    assertThat(largest * commits).isGreaterThanOrEqualTo(5_000);
    assertThat(commits).isLessThanOrEqualTo((int) (5_000 / largest) + 1);
    assertThat(leader.state("t4999")).isEqualTo(TaskState.RUNNING);
    assertThat(agent.received(ManagerMessage.StatusAck.class)).hasSize(1);
  }
}
