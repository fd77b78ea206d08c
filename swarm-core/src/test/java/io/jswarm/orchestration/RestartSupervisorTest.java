// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.RestartPolicy;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RestartSupervisorTest extends ClusterTest {

  @Test
  void c5_1_aReplacementIsMadeAtOnceAndRunsAfterTheDelay() {
    nodes("a");
    create(restart(web(1), r -> r.delay(seconds(3))));
    Task old = slot("web", 1);

    report(old, TaskState.COMPLETE);

    Task replacement = slot("web", 1);
    assertThat(replacement.id()).isNotEqualTo(old.id());
    assertThat(replacement.desiredState()).isEqualTo(TaskState.READY);
    assertThat(replacement.state()).isEqualTo(TaskState.READY);
    assertThat(now(old).desiredState()).isEqualTo(TaskState.SHUTDOWN);
    passSeconds(2.9);
    assertThat(now(replacement).desiredState()).isEqualTo(TaskState.READY);
    passSeconds(0.2);
    assertThat(now(replacement).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void withoutAPolicyTheDelayIsFiveSeconds() {
    nodes("a");
    create(web(1));

    fail(slot("web", 1));

    passSeconds(4.9);
    assertThat(running("web")).isEmpty();
    passSeconds(0.2);
    assertThat(running("web")).hasSize(1);
  }

  @Test
  void aDelayOfZeroStartsAtOnce() {
    nodes("a");
    create(restart(web(1), r -> r.delay(Duration.ZERO)));

    fail(slot("web", 1));

    assertThat(running("web")).hasSize(1);
    assertThat(tasks("web")).hasSize(2);
  }

  @Test
  void c5_2_noneForbidsReplacementUntilTheSpecChanges() {
    nodes("a", "b");
    create(restart(web(1), r -> r.condition(RestartCondition.NONE)));
    Task old = slot("web", 1);

    availability(old.nodeId(), NodeAvailability.DRAIN);
    passSeconds(60);
    assertThat(now(old).desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(tasks("web")).hasSize(1);

    scale("web", 2);
    passSeconds(60);
    assertThat(slots(live("web"))).containsExactly(2);

    update("web", spec -> spec.image("v2"));
    passSeconds(60);
    assertThat(slots(running("web"))).containsExactly(1, 2);
    assertThat(images(running("web"))).containsOnly("v2");
  }

  @Test
  void c5_3_attemptsAreCountedPerSlot() {
    nodes("a");
    create(restart(web(1), r -> r.maxAttempts(2).condition(RestartCondition.ON_FAILURE)));

    for (int i = 0; i < 3; i++) {
      fail(slot("web", 1));
      passSeconds(6);
    }

    assertThat(tasks("web")).hasSize(3);
    assertThat(live("web")).isEmpty();
  }

  @Test
  void attemptsOfOneSlotDoNotUseUpThoseOfAnother() {
    nodes("a");
    create(restart(web(2), r -> r.maxAttempts(1)));
    fail(slot("web", 1));
    passSeconds(6);
    fail(slot("web", 1));

    fail(slot("web", 2));
    passSeconds(6);

    assertThat(slots(running("web"))).containsExactly(2);
  }

  @Test
  void c5_4_attemptsOutsideTheWindowDoNotCount() {
    nodes("a");
    create(
        restart(web(1), r -> r.maxAttempts(2).window(seconds(60)).delay(Duration.ofMillis(100))));

    fail(slot("web", 1));
    passSeconds(10);
    fail(slot("web", 1));
    passSeconds(10);
    fail(slot("web", 1));
    passSeconds(70);

    assertThat(tasks("web")).hasSize(3);
    assertThat(live("web")).isEmpty();
  }

  @Test
  void aTaskThatFailsRarelyIsReplacedForEver() {
    nodes("a");
    create(restart(web(1), r -> r.maxAttempts(2).window(seconds(60))));

    for (int i = 0; i < 10; i++) {
      fail(slot("web", 1));
      passSeconds(40);
    }

    assertThat(running("web")).hasSize(1);
  }

  @Test
  void c5_5_aNewSpecBringsAFreshBudget() {
    nodes("a");
    create(restart(web(1), r -> r.maxAttempts(1)));
    fail(slot("web", 1));
    passSeconds(6);
    fail(slot("web", 1));
    passSeconds(6);
    assertThat(live("web")).isEmpty();

    update("web", spec -> spec.image("v2"));
    passSeconds(30);
    assertThat(running("web")).hasSize(1);

    fail(slot("web", 1));
    passSeconds(6);
    assertThat(running("web")).hasSize(1);
    fail(slot("web", 1));
    passSeconds(6);
    assertThat(live("web")).isEmpty();
  }

  @Test
  void c5_7_tasksOfALostNodeStartElsewhereAtOnce() {
    nodes("a", "b");
    create(restart(web(1), r -> r.delay(seconds(5))));
    Task old = slot("web", 1);

    nodeDies(old.nodeId());

    assertThat(running("web")).hasSize(1);
    assertThat(slot("web", 1).nodeId()).isNotEqualTo(old.nodeId());
    assertThat(now(old).state()).isEqualTo(TaskState.RUNNING);
    assertThat(now(old).desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(world.elapsed()).isZero();
  }

  @Test
  void c5_8_aDrainedTaskIsWaitedForWithoutDelay() {
    nodes("a", "b");
    image("v1", Behaviour.GOOD.stopsIn(SECOND));
    create(restart(web(1), r -> r.delay(seconds(5))));

    availability(slot("web", 1).nodeId(), NodeAvailability.DRAIN);

    passSeconds(0.9);
    assertThat(running("web")).isEmpty();
    passSeconds(0.2);
    assertThat(running("web")).hasSize(1);
  }

  @Test
  void theWaitForADrainedTaskEndsWhenItsNodeIsLost() {
    nodes("a", "b");
    image("v1", Behaviour.GOOD.stopsIn(Duration.ofMinutes(5)));
    create(web(1));
    String node = slot("web", 1).nodeId();

    availability(node, NodeAvailability.DRAIN);
    passSeconds(3);
    assertThat(running("web")).isEmpty();
    nodeDies(node);

    assertThat(running("web")).hasSize(1);
  }

  @Test
  void c5_9_aReplacementRejectedWithinItsDelayIsReplacedAfterIt() {
    nodes("a");
    create(web(1));
    fail(slot("web", 1));
    passSeconds(1);
    Task replacement = slot("web", 1);

    report(replacement, TaskState.REJECTED);
    passSeconds(3.9);
    assertThat(tasks("web")).hasSize(2);

    passSeconds(0.2);
    assertThat(tasks("web")).hasSize(3);
    assertThat(slot("web", 1).desiredState()).isEqualTo(TaskState.READY);
    passSeconds(5);
    assertThat(running("web")).hasSize(1);
  }

  @Test
  void anImageThatCannotBePreparedIsTriedOncePerDelay() {
    nodes("a");
    historyLimit(-1);
    image("v1", Behaviour.GOOD.cannotBePrepared());

    create(web(1));
    passSeconds(51);

    assertThat(tasks("web")).hasSizeBetween(10, 13);
  }

  @Test
  void aHeldReplacementWhoseNodeIsLostKeepsItsDelayAndMoves() {
    nodes("a", "b");
    create(web(1));
    fail(slot("web", 1));
    passSeconds(2);
    String node = slot("web", 1).nodeId();

    nodeDies(node);

    assertThat(slot("web", 1).nodeId()).isNotEqualTo(node).isNotEmpty();
    passSeconds(2.9);
    assertThat(running("web")).isEmpty();
    passSeconds(0.2);
    assertThat(running("web")).hasSize(1);
  }

  @Test
  void c5_11_attemptsBeforeALeaderChangeStillCount() {
    nodes("a");
    create(restart(web(1), r -> r.maxAttempts(2)));
    fail(slot("web", 1));
    passSeconds(6);

    changeLeader();
    fail(slot("web", 1));
    passSeconds(6);
    assertThat(running("web")).hasSize(1);
    fail(slot("web", 1));
    passSeconds(6);

    assertThat(live("web")).isEmpty();
    assertThat(tasks("web")).hasSize(3);
  }

  @Test
  void whatEndedWhileNobodyLedIsReplacedByTheNextLeader() {
    nodes("a");
    create(web(2));
    Task first = slot("web", 1);
    log.follow();
    agents.report(first.id(), TaskState.FAILED, "crashed");
    loseLeadership();

    lead();
    passSeconds(6);

    assertThat(slots(running("web"))).containsExactly(1, 2);
    assertThat(now(first).state()).isEqualTo(TaskState.FAILED);
  }

  @Test
  void aNodeThatWentDownWhileNobodyLedIsLeftByTheNextLeader() {
    nodes("a", "b");
    create(web(2));

    agents.silence("a");
    nodeState("a", NodeState.DOWN);
    changeLeader();

    assertThat(perNode(running("web"))).containsOnlyKeys("b");
  }

  @Test
  void c2_12_whatShallStopIsNeverAskedToRunAgain() {
    nodes("a");
    image("v1", Behaviour.GOOD.stopsIn(seconds(30)));
    create(web(1));
    Task old = slot("web", 1);
    fail(old);
    passSeconds(1);
    Task held = slot("web", 1);

    scale("web", 0);
    passSeconds(20);

    assertThat(now(held).desiredState()).isEqualTo(TaskState.REMOVE);
  }

  private static ServiceSpecBuilder restart(
      ServiceSpecBuilder spec, Consumer<RestartPolicy.Builder> change) {
    return spec.task(task -> task.restart(change));
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }
}
