// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.IndeterminateResultException;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One story, told again and again with leadership lost and regained after each of its commits in
 * turn: wherever that falls, it has to end in the same way.
 */
@Tag("sim")
class LeaderChangeSimTest {

  @ParameterizedTest(name = "the last proposal is forgotten: {0}")
  @ValueSource(booleans = {false, true})
  void leadershipMayChangeBetweenAnyTwoCommits(boolean forgetful) {
    long commits = new Story(0, false).tell();
    assertThat(commits).isGreaterThan(30);
    for (long at = 1; at <= commits; at++) {
      Story story = new Story(at, forgetful);
      try {
        story.tell();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("a change after commit " + at + ": " + e + story.story(), e);
      }
    }
  }

  private static final class Story extends ClusterTest {
    Story(long changeAfter, boolean forgetful) {
      log.changeAfter(changeAfter, forgetful);
      image("v1", Behaviour.GOOD);
      image("v2", Behaviour.GOOD.startsIn(Duration.ofSeconds(2)));
    }

    long tell() {
      for (String name : List.of("a", "b", "c")) {
        step(() -> nodes(name));
      }
      step(() -> create(web(4).publish(8080, 80)));
      passSeconds(10);
      step(() -> scale("web", 6));
      passSeconds(10);
      if (!running("web").isEmpty()) {
        step(() -> fail(running("web").get(0)));
      }
      step(() -> update("web", spec -> spec.image("v2").update(u -> u.parallelism(2))));
      passSeconds(5);
      step(() -> nodeDies("b"));
      passSeconds(60);
      step(() -> nodeState("b", NodeState.READY));
      agents.revive("b", view().tasksOfNode("b"));
      step(() -> availability("a", NodeAvailability.DRAIN));
      passSeconds(120);

      List<Task> live = live("web");
      assertThat(slots(live)).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(live).allMatch(task -> task.state() == TaskState.RUNNING);
      assertThat(images(live)).containsOnly("v2");
      assertThat(perNode(live)).containsOnlyKeys("b", "c");
      assertThat(updateState("web")).contains(UpdateState.COMPLETED);
      assertThat(trace.violations()).isEmpty();
      return log.position();
    }

    /** A user who was not told what became of a write looks, and finds it done. */
    private void step(Runnable action) {
      try {
        action.run();
      } catch (CompletionException e) {
        assertThat(e).hasCauseInstanceOf(IndeterminateResultException.class);
        world.settle();
      }
    }
  }
}
