// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The scheduler's part of the work: the queue, what is written, and when it is tried again. */
class SchedulerTest extends ClusterTest {

  @Test
  void aTaskWithoutANodeSaysWhyItWaits() {
    create(web(1));

    Task task = slot("web", 1);
    assertThat(task.state()).isEqualTo(TaskState.PENDING);
    assertThat(task.status().error()).isEqualTo("no suitable node (no room on 0 nodes)");
  }

  @Test
  void aWaitingTaskIsPlacedWhenANodeComes() {
    create(web(2));

    nodes("a");

    assertThat(running("web")).hasSize(2);
    assertThat(running("web")).allMatch(task -> task.status().error().isEmpty());
  }

  @Test
  void aWaitingTaskIsPlacedWhenAnotherGivesItsRoomBack() {
    nodes("a");
    create(service("big", 800));
    create(service("small", 400));
    assertThat(slot("small", 1).state()).isEqualTo(TaskState.PENDING);

    remove("big");

    assertThat(running("small")).hasSize(1);
  }

  @Test
  void roomIsFreeOnlyWhenTheTaskHasStopped() {
    nodes("a");
    image("v1", Behaviour.GOOD.stopsIn(SECOND));
    create(service("big", 800));
    create(service("small", 400));

    remove("big");

    assertThat(slot("small", 1).state()).isEqualTo(TaskState.PENDING);
    passSeconds(1);
    assertThat(running("small")).hasSize(1);
  }

  @Test
  void nothingIsWrittenTwice() {
    nodes("a");
    create(service("big", 2000));
    Task waiting = slot("big", 1);
    int commits = trace.commits.size();

    label("a", "some", "label");
    create(web(1));
    passSeconds(600);

    assertThat(now(waiting)).isEqualTo(waiting);
    assertThat(trace.commits.size() - commits).isLessThan(8);
  }

  @Test
  void anExplanationThatChangedIsWritten() {
    nodes("a");
    create(service("big", 2000));
    assertThat(slot("big", 1).status().error()).contains("1 nodes");

    nodes("b");

    assertThat(slot("big", 1).status().error()).contains("2 nodes");
  }

  @Test
  void waitingTasksAreNotTriedWithoutNeed() {
    nodes("a");
    create(service("big", 2000));
    create(web(3));
    int passes = engine.passes.size();

    fail(slot("web", 1));

    passSeconds(10);

    // Once for the room that the failed task gave back, once for its replacement; starting that
    // frees nothing.
    assertThat(engine.passes.subList(passes, engine.passes.size())).containsExactly(1, 1);
  }

  @Test
  void waitingTasksAreTriedAgainAfterFiveMinutesAtTheLatest() {
    nodes("a");
    create(service("big", 2000));
    int passes = engine.passes.size();

    passSeconds(301);

    assertThat(engine.passes).hasSize(passes + 1);
  }

  @Test
  void aTaskThatIsNotWantedAnyMoreEndsWithoutANode() {
    create(web(1));
    Task waiting = slot("web", 1);

    write(tx -> tx.update(waiting.withDesiredState(TaskState.SHUTDOWN)));

    assertThat(now(waiting).state()).isEqualTo(TaskState.SHUTDOWN);
    nodes("a");
    assertThat(now(waiting).nodeId()).isEmpty();
  }

  @Test
  void aWaitingTaskOfAnOlderSpecIsReplaced() {
    create(service("big", 2000));
    nodes("a");

    update(
        "big", spec -> spec.task(task -> task.reservations(ReplicatedOrchestratorTest.memory(4))));

    assertThat(running("big")).hasSize(1);
    assertThat(tasks("big")).hasSize(1);
  }

  @Test
  void aPreassignedTaskIsConfirmedOnItsNode() {
    nodes("a", "b");
    create(web(3));

    Task task = write(tx -> tx.create(preassigned("b", 10)));

    assertThat(now(task).state()).isEqualTo(TaskState.RUNNING);
    assertThat(now(task).nodeId()).isEqualTo("b");
  }

  @Test
  void c7_22_aPreassignedTaskWaitsForItsOwnNode() {
    nodes("a", "b");
    availability("a", NodeAvailability.PAUSE);
    create(service("big", 1000));
    availability("a", NodeAvailability.ACTIVE);
    Task task = write(tx -> tx.create(preassigned("b", 100)));
    assertThat(now(task).state()).isEqualTo(TaskState.PENDING);
    assertThat(now(task).status().error()).isNotEmpty();

    remove("big");

    assertThat(now(task).state()).isEqualTo(TaskState.RUNNING);
    assertThat(now(task).nodeId()).isEqualTo("b");
  }

  @Test
  void c7_17_aNodeThatDisappearsInTheSameTurnGetsNothing() {
    nodes("a", "b");
    write(
        tx -> {
          tx.create(Service.of("s", web(4).build()));
          tx.delete(tx.node("a").orElseThrow());
          return true;
        });

    assertThat(perNode(running("web"))).containsOnlyKeys("b").containsValue(4L);
  }

  @Test
  void c7_17_aNodeThatDisappearsWhileTheDecisionIsOnItsWayLosesNothing() {
    nodes("a", "b");
    agents.idle();

    burst(web(4).build());
    world.runUntil(() -> log.isProposing(), SECOND);
    write(
        tx -> {
          assertThat(perNode(live("web"))).containsOnlyKeys("a", "b");
          tx.delete(tx.node("a").orElseThrow());
          return true;
        });

    assertThat(live("web")).hasSize(4);
    assertThat(perNode(live("web"))).containsOnlyKeys("b");
    assertThat(slots(live("web"))).containsExactly(1, 2, 3, 4);
  }

  @Test
  void c7_18_aBurstOfServicesTakesFewPasses() {
    nodes("a", "b");
    int passes = engine.passes.size();

    for (int i = 0; i < 100; i++) {
      ServiceSpec spec = ServiceSpec.replicated("s" + i, 10).image("v1").build();
      burst(spec);
    }
    world.settle();

    assertThat(tasks()).hasSize(1000);
    assertThat(tasks()).extracting(Task::state).containsOnly(TaskState.RUNNING);
    assertThat(engine.passes.size() - passes).as("passes for 100 services").isLessThanOrEqualTo(8);
  }

  @Test
  void c7_19_steadyCommitsDoNotHoldPlacementUp() {
    nodes("a");
    for (int i = 0; i < 200; i++) {
      int version = i;
      world.schedule(Duration.ofMillis(10L * i), () -> touch(version));
    }
    world.schedule(Duration.ofMillis(1005), () -> burst(web(1).build()));

    passSeconds(1.02);

    assertThat(running("web")).hasSize(1);
  }

  @Test
  void placedTasksCountForTheNextOnes() {
    nodes("a", "b");

    create(service("one", 800));
    create(service("two", 800));
    create(service("three", 800));

    assertThat(perNode(running("one"))).isNotEqualTo(perNode(running("two")));
    assertThat(slot("three", 1).state()).isEqualTo(TaskState.PENDING);
  }

  @Test
  void aNewLeaderKnowsWhatIsTaken() {
    nodes("a");
    create(service("one", 800));

    changeLeader();
    create(service("two", 800));

    assertThat(slot("two", 1).state()).isEqualTo(TaskState.PENDING);
    remove("one");
    assertThat(running("two")).hasSize(1);
  }

  @Test
  void aNodeThatTurnsReadyGetsWhatWaited() {
    nodes("a");
    nodeState("a", NodeState.UNKNOWN);
    create(web(2));
    assertThat(live("web")).extracting(Task::state).containsOnly(TaskState.PENDING);

    nodeState("a", NodeState.READY);

    assertThat(running("web")).hasSize(2);
  }

  private void burst(ServiceSpec spec) {
    control().write(tx -> tx.create(Service.of(world.environment().ids().next(), spec)));
  }

  private void touch(int version) {
    control()
        .write(
            tx ->
                tx.update(
                    tx.node("a")
                        .map(
                            node ->
                                node.withSpec(
                                    node.spec().toBuilder().label("v", "" + version).build()))
                        .orElseThrow()));
  }

  private Task preassigned(String node, long mebibytes) {
    ServiceSpec spec = service("mine", mebibytes).build();
    TaskStatus status = TaskStatus.of(TaskState.NEW, loop.now(), "created");
    return Task.builder(world.environment().ids().next(), spec.task(), status, TaskState.RUNNING)
        .nodeId(node)
        .build();
  }

  private static ServiceSpecBuilder service(String name, long mebibytes) {
    return ServiceSpec.replicated(name, 1)
        .image("v1")
        .task(task -> task.reservations(ReplicatedOrchestratorTest.memory(mebibytes)));
  }
}
