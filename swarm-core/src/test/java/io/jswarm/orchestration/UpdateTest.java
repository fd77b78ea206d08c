// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.FailureAction;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.Placement;
import io.jswarm.model.PullOptions;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateConfig;
import io.jswarm.model.UpdateOrder;
import io.jswarm.model.UpdateState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class UpdateTest extends ClusterTest {

  @Test
  void c4_1_parallelismAndDelayAreKept() {
    nodes("a", "b", "c");
    image("v2", Behaviour.GOOD.startsIn(seconds(2)));
    create(updating(web(6), u -> u.parallelism(2).delay(seconds(10))));

    update("web", spec -> spec.image("v2"));

    assertThat(updateState("web")).hasValue(UpdateState.UPDATING);
    for (int second = 0; second < 30; second++) {
      assertThat(running("web")).hasSizeGreaterThanOrEqualTo(4);
      passSeconds(1);
    }
    assertThat(createdAfterSeconds("v2")).containsExactly(0L, 0L, 12L, 12L, 24L, 24L);
    assertThat(images(running("web"))).containsOnly("v2").hasSize(6);
    // 26 s: the last slots run; 36 s: their workers are done; 11 s more are watched.
    passSeconds(16.9);
    assertThat(updateState("web")).hasValue(UpdateState.UPDATING);
    passSeconds(0.2);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
    assertThat(service("web").updateStatus().completedAt()).isNotNull();
  }

  @Test
  void c4_2_parallelismZeroReplacesAllAtOnce() {
    nodes("a");
    image("v2", Behaviour.GOOD.startsIn(seconds(2)));
    create(updating(web(6), u -> u.parallelism(0)));

    update("web", spec -> spec.image("v2"));

    assertThat(images(live("web"))).containsOnly("v2").hasSize(6);
  }

  @Test
  void c4_2_withoutAConfigOneSlotIsReplacedAtATime() {
    nodes("a");
    image("v2", Behaviour.GOOD.startsIn(seconds(2)));
    create(web(6));

    update("web", spec -> spec.image("v2"));

    passSeconds(1);
    assertThat(createdAfterSeconds("v2")).containsExactly(0L);
    passSeconds(20);
    assertThat(createdAfterSeconds("v2")).containsExactly(0L, 2L, 4L, 6L, 8L, 10L);
    assertThat(slots(tasks("web", task -> image(task).equals("v2")))).isSorted();
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  @Test
  void c4_3_stopFirstStartsTheNewTaskOnceTheOldHasStopped() {
    nodes("a");
    image("v1", Behaviour.GOOD.stopsIn(seconds(8)));
    create(web(1));

    update("web", spec -> spec.image("v2"));

    passSeconds(7.9);
    assertThat(slot("web", 1).desiredState()).isEqualTo(TaskState.READY);
    assertThat(slot("web", 1).state()).isEqualTo(TaskState.READY);
    passSeconds(0.2);
    assertThat(images(running("web"))).containsExactly("v2");
  }

  @Test
  void c4_3_stopFirstWaitsNoLongerThanAMinute() {
    nodes("a");
    image("v1", Behaviour.GOOD.stopsIn(Duration.ofMinutes(5)));
    create(web(1));

    update("web", spec -> spec.image("v2"));

    passSeconds(59.9);
    assertThat(slot("web", 1).desiredState()).isEqualTo(TaskState.READY);
    passSeconds(0.2);
    assertThat(images(running("web"))).containsExactly("v2");
  }

  @Test
  void c4_3_stopFirstDoesNotWaitForALostNode() {
    nodes("a", "b");
    image("v1", Behaviour.GOOD.stopsIn(Duration.ofMinutes(5)));
    create(web(1));
    String node = slot("web", 1).nodeId();
    availability(node, NodeAvailability.PAUSE);

    update("web", spec -> spec.image("v2"));
    passSeconds(3);
    assertThat(running("web")).isEmpty();
    nodeDies(node);

    assertThat(images(running("web"))).containsExactly("v2");
  }

  @Test
  void startFirstKeepsTheOldTaskUntilTheNewOneRuns() {
    nodes("a", "b");
    image("v2", Behaviour.GOOD.startsIn(seconds(3)));
    create(updating(web(2), u -> u.order(UpdateOrder.START_FIRST)));

    update("web", spec -> spec.image("v2"));

    for (int second = 0; second < 12; second++) {
      assertThat(running("web")).hasSizeGreaterThanOrEqualTo(2);
      passSeconds(1);
    }
    assertThat(images(live("web"))).containsExactly("v2", "v2");
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  @Test
  void c4_4_startFirstKeepsTheOldTaskWhenTheNewOneCrashes() {
    nodes("a", "b");
    image("v2", Behaviour.GOOD.failsAfter(Duration.ZERO));
    create(updating(web(2), u -> u.order(UpdateOrder.START_FIRST)));
    List<Task> before = running("web");

    update("web", spec -> spec.image("v2"));
    passSeconds(30);

    assertThat(updateState("web")).hasValue(UpdateState.PAUSED);
    assertThat(running("web")).containsAll(before);
  }

  @Test
  void c4_5_theFailureRatioIsExceededStrictly() {
    nodes("a");
    image("v2", Behaviour.GOOD.startsIn(Duration.ofDays(1)));
    create(
        noRestart(
            updating(web(8), u -> u.parallelism(1).maxFailureRatio(0.25).monitor(seconds(5)))));

    update("web", spec -> spec.image("v2"));
    for (int i = 0; i < 2; i++) {
      fail(newest("v2"));
    }
    assertThat(updateState("web")).hasValue(UpdateState.UPDATING);
    fail(newest("v2"));

    assertThat(updateState("web")).hasValue(UpdateState.PAUSED);
    assertThat(service("web").updateStatus().message()).contains("task");
    passSeconds(60);
    assertThat(images(live("web"))).containsOnly("v1").hasSize(5);
  }

  @Test
  void c4_6_aTaskThatFailsAfterTheMonitorDoesNotCount() {
    nodes("a");
    create(updating(web(2), u -> u.delay(seconds(20)).monitor(seconds(5))));

    update("web", spec -> spec.image("v2"));
    passSeconds(6);
    fail(newest("v2"));
    passSeconds(120);

    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
    assertThat(images(running("web"))).containsExactly("v2", "v2");
  }

  @Test
  void c4_7_aTaskThatCompletesWithinTheMonitorCounts() {
    nodes("a");
    image("v2", Behaviour.GOOD.completesAfter(seconds(3)));
    create(updating(web(2), u -> u.delay(seconds(20)).monitor(seconds(5))));

    update("web", spec -> spec.image("v2"));
    passSeconds(4);

    assertThat(updateState("web")).hasValue(UpdateState.PAUSED);
  }

  @Test
  void aTaskThatWasToldToStopDoesNotCount() {
    nodes("a", "b");
    create(updating(web(2), u -> u.delay(seconds(20)).monitor(seconds(5))));

    update("web", spec -> spec.image("v2"));
    passSeconds(1);
    availability(newest("v2").nodeId(), NodeAvailability.DRAIN);
    passSeconds(120);

    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
    assertThat(images(running("web"))).containsExactly("v2", "v2");
  }

  @Test
  void c4_8_aPausedUpdateStaysPausedUntilTheUserGoesOn() {
    nodes("a");
    image("v2", Behaviour.GOOD.failsAfter(Duration.ZERO));
    create(web(3));
    update("web", spec -> spec.image("v2"));
    passSeconds(1);
    assertThat(updateState("web")).hasValue(UpdateState.PAUSED);

    changeLeader();
    passSeconds(60);
    assertThat(updateState("web")).hasValue(UpdateState.PAUSED);
    assertThat(images(live("web"))).containsOnlyOnce("v2").contains("v1");

    update("web", spec -> spec.image("v3"));
    assertThat(updateState("web")).hasValue(UpdateState.UPDATING);
    passSeconds(60);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
    assertThat(images(running("web"))).containsExactly("v3", "v3", "v3");
  }

  @Test
  void c4_9_aFailedUpdateRollsBack() {
    nodes("a");
    image("v2", Behaviour.GOOD.failsAfter(Duration.ZERO));
    create(updating(web(3), u -> u.failureAction(FailureAction.ROLLBACK)));

    update("web", spec -> spec.image("v2"));

    assertThat(updateState("web")).hasValue(UpdateState.ROLLBACK_STARTED);
    assertThat(service("web").spec().task().container().orElseThrow().image()).isEqualTo("v1");
    assertThat(service("web").previousSpec()).isNull();
    passSeconds(60);
    assertThat(updateState("web")).hasValue(UpdateState.ROLLBACK_COMPLETED);
    assertThat(images(running("web"))).containsExactly("v1", "v1", "v1");
    assertThat(tasks("web", task -> image(task).equals("v2"))).hasSize(1);
  }

  @Test
  void c4_10_aRollbackThatFailsIsPaused() {
    nodes("a");
    create(updating(web(2), u -> u.failureAction(FailureAction.ROLLBACK)));
    image("v2", Behaviour.GOOD.failsAfter(Duration.ZERO));
    image("v1", Behaviour.GOOD.failsAfter(Duration.ZERO));

    update("web", spec -> spec.image("v2"));
    passSeconds(120);

    assertThat(updateState("web")).hasValue(UpdateState.ROLLBACK_PAUSED);
  }

  @Test
  void aRollbackThatFailsWithActionRollbackIsPausedToo() {
    nodes("a");
    create(
        updating(web(2), u -> u.failureAction(FailureAction.ROLLBACK))
            .rollback(u -> u.failureAction(FailureAction.ROLLBACK)));
    image("v2", Behaviour.GOOD.failsAfter(Duration.ZERO));
    image("v1", Behaviour.GOOD.failsAfter(Duration.ZERO));

    update("web", spec -> spec.image("v2"));
    passSeconds(120);

    assertThat(updateState("web")).hasValue(UpdateState.ROLLBACK_PAUSED);
  }

  @Test
  void withContinueFailuresDoNotStopTheUpdate() {
    nodes("a");
    image("v2", Behaviour.GOOD.failsAfter(Duration.ZERO));
    create(updating(web(3), u -> u.failureAction(FailureAction.CONTINUE)));

    update("web", spec -> spec.image("v2"));
    passSeconds(30);

    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
    assertThat(images(live("web"))).containsExactly("v2", "v2", "v2");
  }

  @Test
  void c4_11_aNewerUpdateTakesOver() {
    nodes("a");
    image("v2", Behaviour.GOOD.startsIn(seconds(2)));
    create(web(4));
    update("web", spec -> spec.image("v2"));
    passSeconds(5);
    assertThat(images(live("web"))).containsExactly("v2", "v2", "v2", "v1");

    update("web", spec -> spec.image("v3"));
    passSeconds(30);

    assertThat(images(running("web"))).containsExactly("v3", "v3", "v3", "v3");
    assertThat(tasks("web", task -> image(task).equals("v2"))).hasSize(3);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  @Test
  void c4_12_scalingDuringAnUpdateTouchesNoTaskThatIsUpToDate() {
    nodes("a");
    image("v2", Behaviour.GOOD.startsIn(seconds(2)));
    create(web(4));
    update("web", spec -> spec.image("v2"));
    passSeconds(5);

    scale("web", 6);
    passSeconds(60);

    assertThat(images(running("web"))).containsOnly("v2").hasSize(6);
    assertThat(tasks("web", task -> image(task).equals("v2"))).hasSize(6);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  @Test
  void c4_13_otherCredentialsReplaceNothing() {
    nodes("a");
    create(web(2));
    List<Task> before = tasks();

    update("web", spec -> spec.container(c -> c.pullOptions(new PullOptions("secret"))));
    passSeconds(30);

    assertThat(tasks()).isEqualTo(before);
    assertThat(updateState("web")).isEmpty();
  }

  @Test
  void sayingADefaultOutLoudReplacesNothing() {
    nodes("a");
    create(web(2));
    List<Task> before = tasks();

    update(
        "web",
        spec ->
            spec.task(task -> task.restart(r -> r.delay(seconds(5))))
                .container(c -> c.stopGracePeriod(seconds(10))));
    passSeconds(30);

    assertThat(tasks()).isEqualTo(before);
  }

  @Test
  void serviceLabelsAndUpdateConfigsReplaceNothing() {
    nodes("a");
    create(web(2));
    List<Task> before = tasks();

    update("web", spec -> updating(spec.label("a", "b"), u -> u.parallelism(7)));
    passSeconds(30);

    assertThat(tasks()).isEqualTo(before);
    assertThat(updateState("web")).isEmpty();
  }

  @Test
  void c4_14_aNewConstraintReplacesOnlyTasksThatBreakIt() {
    nodes("a", "b", "c");
    create(web(3));
    String node = slot("web", 2).nodeId();

    update("web", spec -> spec.task(task -> task.constraint("node.id != " + node)));
    passSeconds(30);

    assertThat(tasks("web")).hasSize(4);
    assertThat(perNode(running("web"))).doesNotContainKey(node);
  }

  @Test
  void c4_15_aPublishedPortReplacesAllTasks() {
    nodes("a");
    create(web(3).publish(8080, 80));
    List<Task> before = tasks();

    update("web", spec -> spec.publish(8081, 81));
    passSeconds(30);

    assertThat(running("web")).hasSize(3).doesNotContainAnyElementsOf(before);
    assertThat(running("web")).allMatch(task -> task.endpoint().equals(service("web").endpoint()));
  }

  @Test
  void c4_16_aNewLeaderFinishesTheUpdate() {
    nodes("a");
    image("v2", Behaviour.GOOD.startsIn(seconds(2)));
    create(web(6));
    update("web", spec -> spec.image("v2"));
    passSeconds(5);
    assertThat(images(live("web"))).containsExactly("v2", "v2", "v2", "v1", "v1", "v1");

    loseLeadership();
    passSeconds(20);
    lead();
    passSeconds(60);

    assertThat(images(running("web"))).containsOnly("v2").hasSize(6);
    assertThat(tasks("web", task -> image(task).equals("v2"))).hasSize(6);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  @Test
  void aNewLeaderDoesNotExceedTheParallelism() {
    nodes("a");
    image("v2", Behaviour.GOOD.startsIn(seconds(10)));
    create(web(3));
    update("web", spec -> spec.image("v2"));
    passSeconds(3);

    changeLeader();
    passSeconds(1);

    assertThat(images(live("web"))).containsExactly("v2", "v1", "v1");
    passSeconds(60);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  @Test
  void c4_18_aLongDelayIsWaitedForOnceMore() {
    nodes("a");
    create(updating(web(1), u -> u.delay(seconds(20)).monitor(seconds(5))));

    update("web", spec -> spec.image("v2"));

    passSeconds(40.9);
    assertThat(updateState("web")).hasValue(UpdateState.UPDATING);
    passSeconds(0.2);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  @Test
  void aFailureDuringTheLastMonitorStillCounts() {
    nodes("a");
    create(web(1));
    update("web", spec -> spec.image("v2"));
    passSeconds(4);

    fail(newest("v2"));

    assertThat(updateState("web")).hasValue(UpdateState.PAUSED);
  }

  @Test
  void anUpdateFollowsATaskThatHadToMoveBeforeItRan() {
    nodes("a", "b");
    image("v2", Behaviour.GOOD.startsIn(seconds(2)));
    create(web(2));
    update("web", spec -> spec.image("v2"));
    passSeconds(1);

    nodeDies(newest("v2").nodeId());
    passSeconds(60);

    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
    assertThat(images(running("web"))).containsExactly("v2", "v2");
  }

  @Test
  void aTaskThatWaitsForANodeHoldsTheUpdateAndANewerOneFreesIt() {
    nodes("a");
    create(web(2));
    update("web", spec -> spec.task(task -> task.constraint("node.labels.none == such")));
    passSeconds(60);
    assertThat(updateState("web")).hasValue(UpdateState.UPDATING);
    assertThat(slot("web", 1).state()).isEqualTo(TaskState.PENDING);
    assertThat(slot("web", 2).state()).isEqualTo(TaskState.RUNNING);

    update("web", spec -> spec.task(task -> task.placement(Placement.ANYWHERE)));
    passSeconds(60);

    assertThat(running("web")).hasSize(2);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  @Test
  void removingTheServiceEndsItsUpdate() {
    nodes("a");
    image("v2", Behaviour.GOOD.startsIn(seconds(2)));
    create(web(4));
    update("web", spec -> spec.image("v2"));
    passSeconds(3);

    remove("web");
    passSeconds(60);

    assertThat(tasks()).isEmpty();
  }

  @Test
  void aSlotThatFailsDuringAnUpdateComesBackWithTheNewSpec() {
    nodes("a");
    create(updating(web(3), u -> u.delay(seconds(30))));
    update("web", spec -> spec.image("v2"));
    passSeconds(1);

    fail(slot("web", 3));
    passSeconds(10);
    assertThat(images(running("web"))).containsExactly("v2", "v1", "v2");
    passSeconds(120);

    assertThat(tasks("web", task -> image(task).equals("v2"))).hasSize(3);
    assertThat(updateState("web")).hasValue(UpdateState.COMPLETED);
  }

  private Task newest(String image) {
    List<Task> tasks =
        tasks("web", task -> image(task).equals(image) && !task.state().isTerminal());
    return tasks.get(tasks.size() - 1);
  }

  /** When the tasks of an image were made, in whole seconds of the test. */
  private List<Long> createdAfterSeconds(String image) {
    Instant begin = loop.now().minus(world.elapsed());
    return tasks("web", task -> image(task).equals(image)).stream()
        .map(task -> Duration.between(begin, task.meta().createdAt()).toSeconds())
        .toList();
  }

  private static ServiceSpecBuilder updating(
      ServiceSpecBuilder spec, Consumer<UpdateConfig.Builder> change) {
    return spec.update(change);
  }

  private static ServiceSpecBuilder noRestart(ServiceSpecBuilder spec) {
    return spec.task(task -> task.restart(r -> r.condition(RestartCondition.NONE)));
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
