// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.Environment;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.NodeResources;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskPrograms;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.spi.TaskRuntime.TaskExit;
import io.jswarm.spi.TaskRuntimeTck;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SimulatedRuntimeTest extends TaskRuntimeTck {
  private final SimulatedEnvironment world = new SimulatedEnvironment(7);
  private final SimulatedHost host =
      SimulatedHost.builder(world.environment())
          .hostname("host-1")
          .prepareTime(Duration.ofMillis(100), Duration.ofMillis(300))
          .startTime(Duration.ofMillis(10), Duration.ofMillis(20))
          .program(SimulatedPrograms::run)
          .keepRuns()
          .build();

  SimulatedRuntimeTest() {
    host.missingImage("no-such-program");
  }

  @Override
  protected Environment environment() {
    return world.environment();
  }

  @Override
  protected TaskRuntime open() {
    return host.runtime();
  }

  @Override
  protected TaskPrograms programs() {
    return new SimulatedPrograms();
  }

  @Override
  protected void kill(String taskId) {
    host.crash(taskId, 137);
  }

  @Override
  protected void assertNothingLeft() {
    assertThat(host.tasks()).isEmpty();
  }

  @Test
  void prepareAndStartTakeTheirTime() {
    TaskAssignment task = assignment(programs().untilStopped());
    Duration before = world.elapsed();

    await(runtime.prepare(task));
    Duration prepared = world.elapsed();
    await(runtime.start(task));
    Duration started = world.elapsed();

    assertThat(prepared.minus(before)).isBetween(Duration.ofMillis(100), Duration.ofMillis(300));
    assertThat(started.minus(prepared)).isBetween(Duration.ofMillis(10), Duration.ofMillis(20));
  }

  @Test
  void c9_17_stopCutsThePullShort() {
    TaskAssignment task = assignment(programs().untilStopped());
    CompletionStage<Void> preparing = runtime.prepare(task);
    world.runFor(Duration.ofMillis(50));
    Duration before = world.elapsed();

    await(runtime.stop(task, GRACE));

    assertThat(failureOf(preparing)).hasMessageContaining("stopped");
    assertThat(world.elapsed()).isEqualTo(before);
    world.runFor(Duration.ofSeconds(1));
    assertThat(inspect(task).running()).isFalse();
  }

  @Test
  void crashesComeWhenTheTestSays() {
    TaskAssignment task = started(programs().untilStopped());
    CompletionStage<TaskExit> exit = runtime.awaitExit(task);

    host.crash(task.taskId(), 11);

    assertThat(await(exit)).isEqualTo(new TaskExit(11, ""));
  }

  @Test
  void preparesFailAsOrdered() {
    host.failNextPrepare("registry timed out", true);
    host.failNextPrepare("manifest unknown", false);
    TaskAssignment task = assignment(programs().untilStopped());

    TaskRuntimeException first = failureOf(runtime.prepare(task));
    TaskRuntimeException second = failureOf(runtime.prepare(task));

    assertThat(first).hasMessage("registry timed out");
    assertThat(first.temporary()).isTrue();
    assertThat(second).hasMessage("manifest unknown");
    assertThat(second.temporary()).isFalse();
    run(task);
    assertThat(inspect(task).running()).isTrue();
  }

  @Test
  void startsFailAsOrdered() {
    host.failNextStart("cannot start", false);
    TaskAssignment task = assignment(programs().untilStopped());
    await(runtime.prepare(task));

    assertThat(failureOf(runtime.start(task))).hasMessage("cannot start");

    assertThat(host.running()).isEmpty();
  }

  @Test
  void tasksRunOnWhileTheEngineIsOutOfReach() {
    TaskAssignment task = started(programs().untilStopped());
    CompletionStage<TaskExit> exit = runtime.awaitExit(task);

    host.engineDown();

    assertThat(failureOf(exit).temporary()).isTrue();
    assertThat(failureOf(runtime.inspect(task.taskId())).temporary()).isTrue();
    assertThat(failureOf(runtime.prepare(task)).temporary()).isTrue();
    assertThat(host.running()).hasSize(1);
    host.crash(task.taskId(), 5);
    host.engineUp();
    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(5, ""));
  }

  @Test
  void stepsCutOffByTheEngineCanBeRepeated() {
    TaskAssignment pulling = assignment(programs().untilStopped());
    TaskAssignment starting = assignment(programs().untilStopped());
    await(runtime.prepare(starting));
    CompletionStage<Void> prepare = runtime.prepare(pulling);
    CompletionStage<Void> start = runtime.start(starting);
    world.runFor(Duration.ofMillis(5));
    host.engineDown();
    assertThat(failureOf(prepare).temporary()).isTrue();
    assertThat(failureOf(start).temporary()).isTrue();
    host.engineUp();

    run(pulling);
    run(starting);

    assertThat(host.running()).hasSize(2);
    assertThat(host.runs()).hasSize(2);
  }

  @Test
  void rebootKillsWhatRuns() {
    TaskAssignment running = started(programs().untilStopped());
    TaskAssignment prepared = assignment(programs().untilStopped());
    await(runtime.prepare(prepared));

    host.reboot();

    assertThat(await(runtime.awaitExit(running))).isEqualTo(new TaskExit(137, ""));
    await(runtime.start(prepared));
    assertThat(inspect(prepared).running()).isTrue();
  }

  @Test
  void healthCanFailOnCommand() {
    TaskAssignment task = started(programs().healthyAfter(Duration.ofMillis(100)));

    host.unhealthy(task.taskId());

    assertThat(await(runtime.awaitExit(task))).isEqualTo(new TaskExit(0, "unhealthy"));
  }

  @Test
  void hostKnowsWhatRanWhen() {
    TaskAssignment first = started(programs().untilStopped());
    world.runFor(Duration.ofSeconds(10));
    TaskAssignment second = started(programs().untilStopped());
    world.runFor(Duration.ofSeconds(1));
    assertThat(host.running()).hasSize(2);
    await(runtime.stop(first, GRACE));
    world.runFor(Duration.ofSeconds(10));
    TaskAssignment third = started(programs().untilStopped());

    assertThat(host.runs())
        .extracting(SimulatedHost.Run::taskId)
        .containsExactly(first.taskId(), second.taskId(), third.taskId());
    SimulatedHost.Run run = host.runs().get(0);
    assertThat(run.overlaps(host.runs().get(1))).isTrue();
    assertThat(run.overlaps(host.runs().get(2))).isFalse();
    assertThat(host.runs().get(2).overlaps(run)).isFalse();
    assertThat(run.slot()).isEqualTo(1);
    assertThat(host.running()).hasSize(2);
  }

  @Test
  void resourcesCanChange() {
    host.resources(NodeResources.of(2, 1L << 30));

    assertThat(await(runtime.describe()).resources()).isEqualTo(NodeResources.of(2, 1L << 30));
  }

  @Test
  void randomCrashesFollowTheSeed() {
    assertThat(crashesOf(1)).isEqualTo(crashesOf(1)).isNotEqualTo(crashesOf(2));
    assertThat(crashesOf(1)).contains("true").contains("false");
  }

  private String crashesOf(long seed) {
    SimulatedEnvironment other = new SimulatedEnvironment(seed);
    SimulatedHost crashing =
        SimulatedHost.builder(other.environment())
            .program(SimulatedProgram.crashing(0.5, Duration.ofSeconds(10), 1))
            .keepRuns()
            .build();
    TaskRuntime engine = crashing.runtime();
    StringBuilder outcome = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      TaskAssignment task = assignment(programs().untilStopped());
      engine.prepare(task).thenCompose(done -> engine.start(task));
    }
    other.runFor(Duration.ofSeconds(11));
    crashing.runs().forEach(run -> outcome.append(run.endedAt() == null).append(' '));
    return outcome.toString();
  }
}
