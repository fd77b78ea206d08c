// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static io.jswarm.scheduler.Given.START;
import static io.jswarm.scheduler.Given.in;
import static io.jswarm.scheduler.Given.node;
import static io.jswarm.scheduler.Given.reserve;
import static io.jswarm.scheduler.Given.spec;
import static io.jswarm.scheduler.Given.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementDecision.Placed;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.spi.PlacementEngine.Session;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a session makes of being told things twice, late, in another order, or not for good. */
class SessionTest {
  private static final TaskSpec ONE_CPU = spec().reservations(reserve(1, 0, "")).build();

  private final PlacementEngine engine = new SpreadPlacementEngine();
  private Session session;

  @BeforeEach
  void open() {
    session = engine.open();
  }

  @Test
  void isFoundByItsInterface() {
    assertThat(ServiceLoader.load(PlacementEngine.class))
        .singleElement()
        .isInstanceOf(SpreadPlacementEngine.class)
        .extracting(PlacementEngine::name)
        .isEqualTo("spread");
  }

  @Test
  void aTaskToldTwiceIsBookedOnce() {
    session.put(node("a", 2, 0, ""));
    Task running = running("web.1", "a");

    session.put(running, START);
    session.put(running, START);

    assertThat(fits(1)).isTrue();
    assertThat(fits(1)).isFalse();
  }

  @Test
  void aTaskMayBeToldBeforeItsNode() {
    session.put(running("web.1", "a"), START);
    session.put(node("a", 1, 0, ""));

    assertThat(fits(1)).isFalse();
  }

  @Test
  void aPlacedTaskIsInTheBooksBeforeItIsStored() {
    session.put(node("a", 1, 0, ""));

    assertThat(fits(1)).isTrue();
    assertThat(fits(1)).isFalse();
  }

  @Test
  void aPlacedTaskIsBookedOnce_whenItsCommitIsTold() {
    session.put(node("a", 2, 0, ""));
    Placed placed = (Placed) session.place(List.of(waiting("web.1")), START).get(0);

    session.put(TestCluster.assigned(placed), START);

    assertThat(fits(1)).isTrue();
    assertThat(fits(1)).isFalse();
  }

  @Test
  void aDecisionIsUndoneByPuttingTheTaskAsItWas() {
    session.put(node("a", 1, 0, ""));
    Task task = waiting("web.1");
    session.place(List.of(task), START);

    session.put(task, START);

    assertThat(fits(1)).isTrue();
  }

  @Test
  void aPreassignedDecisionIsUndoneTheSameWay() {
    session.put(node("a", 1, 0, ""));
    Task task = waiting("agent").withNodeId("a");
    session.place(List.of(task), START);

    session.put(task, START);

    assertThat(fits(1)).isTrue();
  }

  @Test
  void aTaskPlacedAgainDoesNotStandInItsOwnWay() {
    session.put(node("a", 1, 0, ""));
    Task task = waiting("web.1");
    session.place(List.of(task), START);

    List<PlacementDecision> again = session.place(List.of(task), START);

    assertThat(again).singleElement().isInstanceOf(Placed.class);
  }

  @Test
  void aTaskThatEndedOrIsRemovedHoldsNothing() {
    session.put(node("a", 2, 0, ""));
    session.put(running("web.1", "a"), START);
    session.put(running("web.2", "a"), START);

    session.put(in(running("web.1", "a"), TaskState.SHUTDOWN), START);
    session.removeTask("web.2");
    session.removeTask("web.2");
    session.removeTask("never told");

    assertThat(fits(2)).isTrue();
  }

  @Test
  void aNodeThatIsGoneTakesNothing_andIsNotMentioned() {
    session.put(node("a"));
    session.put(running("web.1", "a"), START);
    session.removeNode("a");
    session.removeNode("never told");

    PlacementDecision decision = session.place(List.of(waiting("web.2")), START).get(0);

    assertThat(decision).isInstanceOf(PlacementDecision.Unplaceable.class);
    assertThat(((PlacementDecision.Unplaceable) decision).explanation().text())
        .isEqualTo("no suitable node");
  }

  @Test
  void aNodeThatComesBackStillHasItsTasks() {
    session.put(node("a", 2, 0, ""));
    session.put(running("web.1", "a"), START);
    session.removeNode("a");
    session.put(node("a", 2, 0, ""));

    assertThat(fits(1)).isTrue();
    assertThat(fits(1)).isFalse();
  }

  @Test
  void tasksThatEndWhileTheirNodeIsGoneAreNotThereWhenItComesBack() {
    session.put(node("a", 1, 0, ""));
    session.put(running("web.1", "a"), START);
    session.removeNode("a");
    session.put(in(running("web.1", "a"), TaskState.ORPHANED), START);
    session.put(node("a", 1, 0, ""));

    assertThat(fits(1)).isTrue();
  }

  @Test
  void placeIsWhatAFreshSessionDecides() {
    List<Task> running = List.of(running("web.1", "a"), running("web.2", "b"));

    List<PlacementDecision> decisions =
        engine.place(
            List.of(node("a", 2, 0, ""), node("b", 1, 0, "")),
            running,
            List.of(waiting("web.3")),
            START);

    assertThat(decisions)
        .singleElement()
        .isInstanceOfSatisfying(Placed.class, p -> assertThat(p.nodeId()).isEqualTo("a"));
  }

  @Test
  void nothingWaits() {
    assertThat(session.place(List.of(), START)).isEmpty();
  }

  private int asked;

  /** Whether {@code count} more tasks of one CPU each fit; they stay in the books. */
  private boolean fits(int count) {
    boolean all = true;
    for (int i = 0; i < count; i++) {
      Task task = task("asked." + asked++, "asked", 1, 1, ONE_CPU);
      all &= session.place(List.of(task), START).get(0) instanceof Placed;
    }
    return all;
  }

  private static Task waiting(String id) {
    return task(id, "web", 1, 1, ONE_CPU);
  }

  private static Task running(String id, String nodeId) {
    return in(waiting(id).withNodeId(nodeId), TaskState.RUNNING);
  }
}
