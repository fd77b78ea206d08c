// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.AttachmentSpec;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskReaperTest extends ClusterTest {

  @Test
  void c2_2_onlyTheNewestTasksOfASlotAreKept() {
    nodes("a");
    historyLimit(2);
    create(web(1));

    failTimes(5);

    List<Task> kept = tasks("web");
    assertThat(kept).hasSize(2);
    assertThat(kept.get(1).state()).isEqualTo(TaskState.RUNNING);
    assertThat(kept)
        .extracting(task -> task.meta().createdAt())
        .containsExactly(
            Instant.parse("2030-01-01T00:00:18Z"), Instant.parse("2030-01-01T00:00:24Z"));
  }

  @Test
  void withoutASettingFiveTasksAreKept() {
    nodes("a");
    create(web(1));

    failTimes(8);

    assertThat(tasks("web")).hasSize(5);
  }

  @Test
  void c2_3_aNegativeLimitKeepsEverything() {
    nodes("a");
    historyLimit(-1);
    create(web(1));

    failTimes(20);

    assertThat(tasks("web")).hasSize(21);
  }

  @Test
  void c2_4_maxAttemptsDecidesWhatIsKept() {
    nodes("a");
    create(web(1).task(task -> task.restart(r -> r.maxAttempts(7))));

    failTimes(8);

    assertThat(tasks("web")).hasSize(8);
    assertThat(live("web")).isEmpty();
  }

  @Test
  void slotsHaveTheirHistoriesApart() {
    nodes("a");
    historyLimit(2);
    create(web(2));

    failTimes(4);

    assertThat(tasks("web", task -> task.slot() == 1)).hasSize(2);
    assertThat(tasks("web", task -> task.slot() == 2)).hasSize(1);
  }

  @Test
  void aSlotThatEndedForGoodIsNotForgottenEvenWithALimitOfZero() {
    nodes("a");
    historyLimit(0);
    create(web(1).task(task -> task.restart(r -> r.condition(RestartCondition.NONE))));

    fail(slot("web", 1));
    scale("web", 2);
    passSeconds(10);

    assertThat(slots(tasks("web"))).containsExactlyInAnyOrder(1, 2);
    assertThat(slots(live("web"))).containsExactly(2);
  }

  @Test
  void aTaskThatOutlivesItsSuccessorIsNotTakenForTheNewest() {
    nodes("a", "b");
    historyLimit(1);
    image("v1", Behaviour.GOOD.stopsIn(Duration.ofSeconds(90)));
    create(web(1).task(task -> task.restart(r -> r.condition(RestartCondition.ON_FAILURE))));
    Task first = slot("web", 1);
    passSeconds(1);
    availability(first.nodeId(), NodeAvailability.DRAIN);
    passSeconds(61);
    Task second = slot("web", 1);

    report(second, TaskState.COMPLETE);
    passSeconds(60);
    scale("web", 2);
    passSeconds(1);

    assertThat(tasks("web", task -> task.slot() == 1))
        .extracting(Task::id)
        .containsExactly(second.id());
    assertThat(slots(live("web"))).containsExactly(2);
  }

  @Test
  void c2_5_aTaskWithoutANodeGoesWithItsServiceAtOnce() {
    create(web(2));
    assertThat(tasks("web")).extracting(Task::state).containsOnly(TaskState.PENDING);

    remove("web");

    assertThat(tasks()).isEmpty();
  }

  @Test
  void c2_6_aRunningTaskIsListedUntilItHasStopped() {
    nodes("a");
    image("v1", Behaviour.GOOD.stopsIn(Duration.ofSeconds(4)));
    create(web(1));

    remove("web");

    assertThat(tasks("web")).extracting(Task::desiredState).containsExactly(TaskState.REMOVE);
    passSeconds(3.9);
    assertThat(tasks("web")).hasSize(1);
    passSeconds(0.2);
    assertThat(tasks()).isEmpty();
  }

  @Test
  void historyGoesWithTheService() {
    nodes("a");
    create(web(1));
    failTimes(3);

    remove("web");

    assertThat(tasks()).isEmpty();
  }

  @Test
  void c2_10_anOrphanedAttachmentIsDeletedInTheSameTurn() {
    nodes("a");
    Task task = write(tx -> tx.create(attachment("a", TaskState.RUNNING)));

    report(task, TaskState.ORPHANED);

    assertThat(tasks()).isEmpty();
  }

  @Test
  void aNewLeaderDeletesWhatAnEarlierOneLeft() {
    nodes("a");
    loseLeadership();
    lead();
    Task orphan = write(tx -> tx.create(attachment("a", TaskState.RUNNING)));
    agents.idle();
    loseLeadership();
    agents.report(orphan.id(), TaskState.ORPHANED, "its node was removed");

    lead();

    assertThat(tasks()).isEmpty();
  }

  private void failTimes(int times) {
    for (int i = 0; i < times; i++) {
      fail(slot("web", 1));
      passSeconds(6);
    }
  }

  private Task attachment(String node, TaskState state) {
    TaskSpec spec = TaskSpec.of(new AttachmentSpec("container"));
    TaskStatus status = TaskStatus.of(state, Instant.EPOCH, "");
    return Task.builder(world.environment().ids().next(), spec, status, TaskState.RUNNING)
        .nodeId(node)
        .build();
  }
}
