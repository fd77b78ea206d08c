// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.Reservations;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicatedOrchestratorTest extends ClusterTest {

  @Test
  void aServiceComesOutOfOneTurnWithItsTasksAssigned() {
    nodes("a", "b", "c");
    int before = trace.commits.size();

    agents.idle();
    create(web(3).publish(8080, 80));

    assertThat(trace.commits).hasSize(before + 1);
    assertThat(tasks("web")).extracting(Task::state).containsOnly(TaskState.ASSIGNED).hasSize(3);
    assertThat(perNode(tasks("web"))).hasSize(3);
    assertThat(slots(live("web"))).containsExactly(1, 2, 3);
  }

  @Test
  void tasksRunAsSoonAsTheirNodesSaySo() {
    nodes("a", "b");

    create(web(4));

    assertThat(running("web")).hasSize(4);
    assertThat(world.elapsed()).isZero();
  }

  @Test
  void aTaskCopiesWhatItNeedsOfItsService() {
    nodes("a");

    create(web(1).label("tier", "front").env("A", "1"));

    Task task = slot("web", 1);
    assertThat(task.serviceName()).isEqualTo("web");
    assertThat(task.serviceLabels()).containsEntry("tier", "front");
    assertThat(task.spec()).isEqualTo(service("web").spec().task());
    assertThat(task.specVersion()).isEqualTo(service("web").specVersion());
    assertThat(task.displayName()).isEqualTo("web.1." + task.id());
  }

  @Test
  void c3_1_aDeletedTaskIsReplacedInItsSlot() {
    nodes("a");
    create(web(3));

    Task second = slot("web", 2);
    write(
        tx -> {
          tx.delete(second);
          return true;
        });

    assertThat(slots(running("web"))).containsExactly(1, 2, 3);
    assertThat(slot("web", 2).id()).isNotEqualTo(second.id());
  }

  @Test
  void c3_2_scalingUpReusesTheLowestFreeSlot() {
    nodes("a");
    create(web(5));

    scale("web", 3);
    assertThat(slots(running("web"))).containsExactly(1, 2, 3);
    scale("web", 4);

    assertThat(slots(running("web"))).containsExactly(1, 2, 3, 4);
  }

  @Test
  void aSlotIsFilledAgainOnlyWhenItsOldTaskHasStopped() {
    nodes("a");
    image("v1", Behaviour.GOOD.stopsIn(SECOND.multipliedBy(8)));
    create(web(2));

    scale("web", 1);
    passSeconds(3);
    scale("web", 2);

    assertThat(slot("web", 2).state()).isEqualTo(TaskState.READY);
    passSeconds(4.9);
    assertThat(slot("web", 2).state()).isEqualTo(TaskState.READY);
    passSeconds(0.2);
    assertThat(slot("web", 2).state()).isEqualTo(TaskState.RUNNING);
    assertThat(tasks("web")).hasSize(2);
  }

  @Test
  void c3_3_theFullestNodesLoseFirst() {
    nodes("a");
    create(web(4));
    nodes("b");
    availability("a", NodeAvailability.PAUSE);
    scale("web", 6);
    nodes("c");
    availability("b", NodeAvailability.PAUSE);
    scale("web", 7);
    assertThat(perNode(live("web"))).containsEntry("a", 4L).containsEntry("b", 2L);

    scale("web", 4);

    assertThat(perNode(live("web"))).hasSize(3);
    assertThat(perNode(live("web")).values()).allMatch(count -> count <= 2);
    assertThat(live("web")).hasSize(4);
  }

  @Test
  void c3_4_anUnassignedSlotGoesFirst() {
    nodes("a");
    create(web(3).task(task -> task.reservations(memory(300))));
    scale("web", 4);
    fail(slot("web", 1));
    passSeconds(1);
    assertThat(live("web")).filteredOn(task -> !task.isAssigned()).hasSize(1);

    scale("web", 3);

    assertThat(live("web")).allMatch(Task::isAssigned).hasSize(3);
  }

  @Test
  void c3_5_aRunningSlotOutlivesALowerOneThatOnlyStarts() {
    agents.idle();
    nodes("a", "b");
    create(web(2));
    report(slot("web", 1), TaskState.STARTING);
    report(slot("web", 2), TaskState.RUNNING);

    scale("web", 1);

    assertThat(slots(live("web"))).containsExactly(2);
  }

  @Test
  void c3_6_aCompletedSlotStaysFilledUntilTheSpecChanges() {
    nodes("a");
    image("v1", Behaviour.GOOD.completesAfter(SECOND));
    create(onFailure(web(1)));
    passSeconds(30);
    assertThat(tasks("web")).hasSize(1);

    changeLeader();
    passSeconds(30);
    assertThat(tasks("web")).hasSize(1);
    assertThat(live("web")).isEmpty();

    update("web", spec -> spec.image("v2"));
    passSeconds(30);
    assertThat(images(running("web"))).containsExactly("v2");
  }

  @Test
  void c3_7_aNewLeaderWaitsOnlyForTheRestOfTheDelay() {
    nodes("a");
    create(web(1));
    fail(slot("web", 1));

    passSeconds(2);
    loseLeadership();
    lead();

    passSeconds(2.9);
    assertThat(slot("web", 1).desiredState()).isEqualTo(TaskState.READY);
    passSeconds(0.2);
    assertThat(slot("web", 1).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void c3_8_tasksOfAServiceThatIsGoneAreDeletedByTheNextLeader() {
    nodes("a");
    agents.idle();
    create(web(1));
    write(tx -> tx.create(strayTask("gone")));

    changeLeader();

    assertThat(tasks()).extracting(Task::serviceId).containsOnly(service("web").id());
  }

  @Test
  void tasksOfADrainedNodeMoveAndItsOthersStay() {
    nodes("a", "b");
    create(web(2));
    Task stays = live("web").stream().filter(t -> t.nodeId().equals("b")).findFirst().orElseThrow();

    availability("a", NodeAvailability.DRAIN);

    assertThat(perNode(running("web"))).containsOnlyKeys("b").containsValue(2L);
    assertThat(now(stays)).isEqualTo(stays);
  }

  @Test
  void c3_19_aDrainedTaskIsReplacedAtOnceAndItsReplacementStartsWhenItStopped() {
    nodes("a", "b");
    image("v1", Behaviour.GOOD.stopsIn(SECOND.multipliedBy(7)));
    create(web(1));
    Task old = slot("web", 1);

    availability(old.nodeId(), NodeAvailability.DRAIN);

    assertThat(now(old).desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(slot("web", 1).desiredState()).isEqualTo(TaskState.READY);
    assertThat(slot("web", 1).state()).isEqualTo(TaskState.READY);
    passSeconds(6.9);
    assertThat(slot("web", 1).desiredState()).isEqualTo(TaskState.READY);
    passSeconds(0.2);
    assertThat(slot("web", 1).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void c3_19_aDrainedTaskThatDoesNotStopIsWaitedForAMinute() {
    nodes("a", "b");
    image("v1", Behaviour.GOOD.stopsIn(Duration.ofMinutes(5)));
    create(web(1));

    availability(slot("web", 1).nodeId(), NodeAvailability.DRAIN);

    passSeconds(59.9);
    assertThat(slot("web", 1).desiredState()).isEqualTo(TaskState.READY);
    passSeconds(0.2);
    assertThat(slot("web", 1).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void c3_20_tasksOfAnUnknownNodeStayUntilItIsDown() {
    nodes("a", "b");
    create(web(2));
    Task task = live("web").stream().filter(t -> t.nodeId().equals("a")).findFirst().orElseThrow();

    nodeState("a", NodeState.UNKNOWN);
    changeLeader();
    passSeconds(120);
    assertThat(now(task)).isEqualTo(task);

    nodeDies("a");
    assertThat(perNode(running("web"))).containsOnlyKeys("b");
  }

  @Test
  void tasksOfAPausedNodeStayButReplacementsGoElsewhere() {
    nodes("a", "b");
    create(web(2));
    Task task = live("web").stream().filter(t -> t.nodeId().equals("a")).findFirst().orElseThrow();

    availability("a", NodeAvailability.PAUSE);
    passSeconds(10);
    assertThat(now(task)).isEqualTo(task);

    fail(task);
    passSeconds(10);
    assertThat(perNode(running("web"))).containsOnlyKeys("b");
  }

  @Test
  void tasksOfARemovedNodeAreReplaced() {
    nodes("a", "b");
    create(web(2));

    agents.silence("a");
    write(
        tx -> {
          tx.delete(tx.node("a").orElseThrow());
          return true;
        });

    assertThat(perNode(running("web"))).containsOnlyKeys("b").containsValue(2L);
  }

  @Test
  void aLeaderChangeChangesNoTask() {
    nodes("a", "b");
    create(web(6));
    List<Task> before = tasks();

    changeLeader();
    passSeconds(120);

    assertThat(tasks()).isEqualTo(before);
  }

  @Test
  void whileNobodyLeadsNothingHappensAndAfterwardsAllOfIt() {
    nodes("a", "b");
    create(web(4));
    loseLeadership();

    agents.silence("a");
    passSeconds(60);
    lead();
    nodeState("a", NodeState.DOWN);

    assertThat(perNode(running("web"))).containsOnlyKeys("b").containsValue(4L);
  }

  @Test
  void servicesOfOtherModesAreLeftAlone() {
    nodes("a");

    create(ServiceSpec.global("everywhere").image("v1"));

    assertThat(tasks()).isEmpty();
  }

  @Test
  void scalingToZeroAndBackWorks() {
    nodes("a");
    create(web(3));

    scale("web", 0);
    assertThat(tasks("web")).isEmpty();
    scale("web", 2);

    assertThat(slots(running("web"))).containsExactly(1, 2);
  }

  static ServiceSpecBuilder onFailure(ServiceSpecBuilder spec) {
    return spec.task(task -> task.restart(r -> r.condition(RestartCondition.ON_FAILURE)));
  }

  static Reservations memory(long mebibytes) {
    return new Reservations(0, mebibytes << 20, List.of());
  }

  private Task strayTask(String serviceId) {
    TaskSpec spec = web(1).build().task();
    TaskStatus status = TaskStatus.of(TaskState.RUNNING, Instant.EPOCH, "");
    return Task.builder(world.environment().ids().next(), spec, status, TaskState.RUNNING)
        .serviceId(serviceId)
        .serviceName(serviceId)
        .slot(1)
        .nodeId("a")
        .build();
  }
}
