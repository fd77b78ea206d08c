// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeState;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.StoreEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Holds made-up tasks while the real components idle; the store serves for the nodes and the old
 * tasks.
 */
class DelayedStartsTest extends ClusterTest {
  private final DelayedStarts starts = new DelayedStarts(loop);
  private final List<String> due = new ArrayList<>();

  @BeforeEach
  void aTaskOnEachOfTwoNodes() {
    loop.onTurnEnd(() -> starts.takeDue().forEach(start -> due.add(start.taskId())));
    agents.idle();
    nodes("a", "b");
    create(web(2));
    live("web").forEach(task -> report(task, TaskState.RUNNING));
  }

  @Test
  void c5_6_delayAndStopOfTheOldTaskOverlap() {
    hold("new", Duration.ofSeconds(10), slot("web", 1));

    passSeconds(59.9);
    assertThat(due).isEmpty();
    passSeconds(0.2);
    assertThat(due).containsExactly("new");
  }

  @Test
  void theDelayAloneDecidesWhenThereIsNobodyToWaitFor() {
    hold("new", Duration.ofSeconds(10));

    passSeconds(9.9);
    assertThat(due).isEmpty();
    passSeconds(0.2);
    assertThat(due).containsExactly("new");
  }

  @Test
  void everyOldTaskIsWaitedFor() {
    Task first = slot("web", 1);
    Task second = slot("web", 2);
    hold("new", Duration.ZERO, first, second);

    stopped(first);
    assertThat(due).isEmpty();
    stopped(second);

    assertThat(due).containsExactly("new");
  }

  @Test
  void severalTasksMayWaitForTheSameOne() {
    Task old = slot("web", 1);
    hold("one", Duration.ZERO, old);
    hold("two", Duration.ofSeconds(1), old);

    stopped(old);
    assertThat(due).containsExactly("one");
    passSeconds(1);

    assertThat(due).containsExactly("one", "two");
  }

  @Test
  void aSecondHoldReplacesTheFirst() {
    hold("new", Duration.ofSeconds(1));
    hold("new", Duration.ofSeconds(5));

    passSeconds(4.9);
    assertThat(due).isEmpty();
    passSeconds(10);

    assertThat(due).containsExactly("new");
  }

  @Test
  void aCancelledHoldNeverComesDue() {
    hold("new", Duration.ofSeconds(1), slot("web", 1));

    starts.cancel("new");
    stopped(slot("web", 1));
    passSeconds(120);

    assertThat(due).isEmpty();
    assertThat(starts.find("new")).isNull();
  }

  @Test
  void whoRestartsInsteadWaitsForTheDelayOnly() {
    hold("new", Duration.ofSeconds(5), slot("web", 1));

    on(() -> starts.find("new").restartInstead());
    passSeconds(4.9);
    assertThat(due).isEmpty();
    passSeconds(0.2);

    assertThat(due).containsExactly("new");
  }

  @Test
  void tasksOnLostNodesAreNotWaitedFor() {
    Task old = slot("web", 1);
    nodeState(old.nodeId(), NodeState.DOWN);

    hold("new", Duration.ZERO, old);

    assertThat(due).containsExactly("new");
  }

  private void hold(String taskId, Duration delay, Task... olds) {
    on(() -> starts.hold(view(), taskId, List.of(olds), delay));
  }

  private void stopped(Task old) {
    Task stopped = old.withStatus(old.status().advance(TaskState.SHUTDOWN, loop.now(), ""));
    on(() -> starts.onEvent(new StoreEvent.Updated(old, stopped)));
  }

  private void on(Runnable input) {
    loop.execute(input);
    world.settle();
  }
}
