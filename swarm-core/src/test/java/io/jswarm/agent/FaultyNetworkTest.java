// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import static io.jswarm.agent.AgentRig.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.dispatch.TestLeader;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.runtime.SimulatedProgram;
import io.jswarm.transport.LinkFaults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the network does, once it is well again both sides agree. */
class FaultyNetworkTest {
  private static final LinkFaults BAD =
      new LinkFaults(0.1, 0.1, 0.2, Duration.ofMillis(1), Duration.ofMillis(80));

  @ParameterizedTest
  @ValueSource(
      longs = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24
      })
  void everyStatusArrivesAndNoStateGoesBack(long seed) {
    AgentRig rig =
        new AgentRig(
                seed,
                host ->
                    host.prepareTime(Duration.ZERO, Duration.ofSeconds(2))
                        .startTime(Duration.ZERO, Duration.ofSeconds(1))
                        .program(SimulatedProgram.crashing(0.3, Duration.ofSeconds(30), 1)))
            .startAgent();
    RandomSource random = RandomSource.seeded(seed);
    rig.leader.network.faults().everywhere(BAD);
    List<String> tasks = new ArrayList<>();

    for (int i = 0; i < 60; i++) {
      disturb(rig, random, tasks, i);
      rig.world.runFor(Duration.ofMillis(500 + random.nextInt(1_500)));
    }
    rig.leader.network.faults().healAll();
    rig.world.runFor(Duration.ofSeconds(60));

    rig.assertStatesWereMonotone();
    List<String> expected = new ArrayList<>();
    for (Task task : rig.leader.store.view().tasksOfNode(NODE)) {
      boolean live = task.desiredState() == TaskState.RUNNING && !task.state().isTerminal();
      assertThat(live ? task.state() == TaskState.RUNNING : task.state().isTerminal())
          .as("seed %s: %s is %s", seed, task.id(), task.status())
          .isTrue();
      if (live) {
        expected.add(task.id());
      }
    }
    assertThat(rig.running()).as("seed %s", seed).containsExactlyElementsOf(expected);
    assertThat(rig.present())
        .as("seed %s: nothing is left of deleted tasks", seed)
        .allMatch(id -> rig.leader.store.view().task(id).isPresent());
    for (String id : tasks) {
      assertThat(rig.host.runs().stream().filter(run -> run.taskId().equals(id)).count())
          .as("seed %s: starts of %s", seed, id)
          .isLessThanOrEqualTo(1);
    }
  }

  private static void disturb(AgentRig rig, RandomSource random, List<String> tasks, int i) {
    String id = "t" + i;
    rig.leader.assign(id, NODE);
    tasks.add(id);
    String other = tasks.get(random.nextInt(tasks.size()));
    switch (random.nextInt(8)) {
      case 0 -> rig.leader.network.faults().breakConnections(NODE);
      case 1 -> rig.leader.network.faults().partition(NODE, TestLeader.ADDRESS);
      case 2, 3 -> rig.leader.network.faults().heal(NODE, TestLeader.ADDRESS);
      case 4 -> rig.leader.desire(id, TaskState.SHUTDOWN);
      case 5 -> {
        if (rig.leader.store.view().task(other).isPresent()) {
          rig.leader.desire(other, TaskState.SHUTDOWN);
        }
      }
      case 6 -> {
        if (rig.leader.store.view().task(other).isPresent()) {
          rig.leader.write(tx -> tx.delete(tx.task(other).orElseThrow()));
        }
      }
      default -> {
        rig.agent.close();
        rig.world.settle();
        rig.startAgent();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aWorkerThatReturnsStopsWhatWasReplacedElsewhere(long seed) {
    AgentRig rig = new AgentRig(seed).startAgent();
    rig.assign("old");
    rig.awaitState("old", TaskState.RUNNING, Duration.ofMillis(1));
    rig.leader.network.faults().partition(NODE, TestLeader.ADDRESS);
    rig.world.runFor(Duration.ofSeconds(5));
    rig.leader.desire("old", TaskState.SHUTDOWN);
    rig.world.runFor(Duration.ofMinutes(3));
    assertThat(rig.running()).containsExactly("old");

    rig.leader.network.faults().heal(NODE, TestLeader.ADDRESS);
    rig.awaitState("old", TaskState.SHUTDOWN, Duration.ofSeconds(25));

    assertThat(rig.running()).isEmpty();
  }
}
