// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import static io.jswarm.agent.AgentRig.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.dispatch.LogListener;
import io.jswarm.dispatch.LogSelector;
import io.jswarm.dispatch.TestLeader;
import io.jswarm.model.TaskState;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.LogSubscription;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogsTest {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final LogOptions FOLLOW = new LogOptions(true, true, true, -1, null);

  private final AgentRig rig = new AgentRig(81).startAgent();
  private final Reader reader = new Reader();

  private LogSubscription read(LogOptions options) {
    return read(options, rig.world.environment().blocking());
  }

  private LogSubscription read(LogOptions options, Executor executor) {
    LogSubscription subscription =
        rig.leader
            .dispatcher
            .logs()
            .subscribe(LogSelector.service("service"), options, executor, reader);
    rig.world.settle();
    return subscription;
  }

  private void printing(int lines) {
    rig.host.program(
        task -> {
          for (int i = 0; i < lines; i++) {
            task.print(task.assignment().taskId() + " says " + i);
          }
        });
  }

  private void run(String id) {
    rig.assign(id);
    rig.awaitState(id, TaskState.RUNNING, SHORT);
  }

  @Test
  void whatWasWrittenIsReadAndThenTheStreamEnds() {
    printing(1_234);
    run("t1");
    run("t2");

    read(LogOptions.ALL);

    assertThat(reader.of("t1")).hasSize(1_234).startsWith("t1 says 0", "t1 says 1");
    assertThat(reader.of("t2")).hasSize(1_234).endsWith("t2 says 1233");
    assertThat(reader.lines.get(0).nodeId()).isEqualTo(NODE);
    assertThat(reader.lines.get(0).serviceId()).isEqualTo("service");
    assertThat(reader.ends).containsExactly((String) null);
  }

  @Test
  void c12_10_aNodeThatIsDownIsNamedAtTheEnd() {
    printing(2);
    run("t1");
    rig.leader.createNode("n2");
    rig.leader.create(TestLeader.task("t2", "n2", TaskState.RUNNING, TaskState.RUNNING));
    rig.leader.create(TestLeader.task("t3", "", TaskState.PENDING, TaskState.RUNNING));

    read(LogOptions.ALL);

    assertThat(reader.of("t1")).hasSize(2);
    assertThat(reader.ends).hasSize(1);
    assertThat(reader.ends.get(0))
        .contains("incomplete", "node n2 is not available", "task t3 is not scheduled");
  }

  @Test
  void aNodeThatGoesAwayWhileItIsReadEndsTheStream() {
    printing(9_000);
    run("t1");
    ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    read(LogOptions.ALL, waiting::add);

    rig.leader.network.faults().isolate(NODE);
    rig.world.runFor(Duration.ofSeconds(5));
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }

    assertThat(reader.ends).hasSize(1);
    assertThat(reader.ends.get(0)).contains("node " + NODE + " is not available");
  }

  @Test
  void c12_11_whoFollowsReadsNewTasksToo() {
    printing(3);
    run("t1");
    LogSubscription subscription = read(FOLLOW);
    assertThat(reader.of("t1")).hasSize(3);

    run("t2");
    rig.world.settle();

    assertThat(reader.of("t2")).containsExactly("t2 says 0", "t2 says 1", "t2 says 2");
    assertThat(reader.ends).isEmpty();
    subscription.cancel();
    rig.world.settle();
    assertThat(reader.ends).hasSize(1);
  }

  @Test
  void aSlowReaderGetsEverythingInTheEnd() {
    printing(9_000);
    run("t1");
    ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    read(LogOptions.ALL, waiting::add);

    assertThat(reader.lines).isEmpty();
    while (!waiting.isEmpty()) {
      waiting.remove().run();
      rig.world.settle();
    }

    assertThat(reader.of("t1")).hasSize(9_000);
    assertThat(reader.ends).containsExactly((String) null);
  }

  @Test
  void aReaderThatIsMuchTooSlowIsToldWhatItMissed() {
    String wide = "x".repeat(10_000);
    rig.host.program(
        task -> {
          for (int i = 0; i < 2_000; i++) {
            task.print(wide);
          }
        });
    run("t1");
    ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    read(LogOptions.ALL, waiting::add);

    while (!waiting.isEmpty()) {
      waiting.remove().run();
      rig.world.settle();
    }

    assertThat(reader.lines.size()).isBetween(800, 1_999);
    assertThat(reader.ends.get(0)).contains("dropped");
  }

  @Test
  void readingNothingAtAllEndsAtOnce() {
    read(LogOptions.ALL);

    assertThat(reader.lines).isEmpty();
    assertThat(reader.ends).containsExactly((String) null);
  }

  @Test
  void oneWhoFollowsGoesOnWhereItWasWhenTheNodeIsBack() {
    printing(3);
    run("t1");
    read(FOLLOW);

    rig.leader.network.faults().breakConnections(NODE);
    rig.world.runFor(Duration.ofSeconds(1));
    run("t2");
    rig.world.settle();

    assertThat(reader.of("t2")).hasSize(3);
    assertThat(reader.of("t1")).hasSize(3);
    assertThat(rig.host.tasks()).extracting(SimulatedHost.Run::taskId).contains("t1");
  }

  private static final class Reader implements LogListener {
    private final List<TaskLine> lines = new ArrayList<>();
    private final List<@Nullable String> ends = new ArrayList<>();

    List<String> of(String taskId) {
      return lines.stream()
          .filter(line -> line.taskId().equals(taskId))
          .map(line -> line.line().text())
          .toList();
    }

    @Override
    public void onLine(TaskLine line) {
      lines.add(line);
    }

    @Override
    public void onEnd(@Nullable String incomplete) {
      ends.add(incomplete);
    }
  }
}
