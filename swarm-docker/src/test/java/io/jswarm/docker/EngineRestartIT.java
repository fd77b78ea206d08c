// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jswarm.TaskRuntimeException;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.TaskSpec;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime.TaskExit;
import io.jswarm.testing.RequiresDocker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that goes away under running tasks, and comes back. */
@RequiresDocker
class EngineRestartIT {
  private static final BusyboxPrograms PROGRAMS = new BusyboxPrograms();

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path directory;

  @BeforeEach
  void needsAnEngineOfItsOwn() {
    assumeTrue(OwnEngine.isPossible(), "only root can start a dockerd");
  }

  @Test
  void exitOfTasksThatDiedWithAKilledEngineIsReportedOnceItIsBack() {
    try (OwnEngine engine = new OwnEngine(directory)) {
      engine.start();
      try (RuntimeDriver driver = new RuntimeDriver(engine, LIMIT)) {
        TaskAssignment task = driver.task(offline(PROGRAMS.untilStopped()));
        driver.run(task);
        CompletionStage<TaskExit> exit = driver.exitOf(task);

        engine.kill();
        TaskRuntimeException absence = driver.failureOf(driver.runtime.describe());
        engine.start();

        assertThat(absence.temporary()).isTrue();
        assertThat(absence).hasMessageContaining(engine.host()).hasMessageContaining("start it");
        assertThat(driver.await(exit).exitCode()).isBetween(0, 255);
        assertThat(driver.await(driver.runtime.inspect(task.taskId())).orElseThrow().running())
            .isFalse();
        TaskAssignment next = driver.task(offline(PROGRAMS.untilStopped()));
        driver.run(next);
      }
    }
  }

  @Test
  void exitOfTasksAnEngineStoppedOnItsWayDownIsReported() {
    try (OwnEngine engine = new OwnEngine(directory)) {
      engine.start();
      try (RuntimeDriver driver = new RuntimeDriver(engine, LIMIT)) {
        TaskAssignment task = driver.task(offline(PROGRAMS.untilSignal("TERM", 7)));
        driver.run(task);
        CompletionStage<TaskExit> exit = driver.exitOf(task);

        engine.stop();
        engine.start();

        assertThat(driver.await(exit).exitCode()).isEqualTo(7);
      }
    }
  }

  @Test
  void tasksThatOutliveTheEngineAreStillWatched() {
    try (OwnEngine engine = new OwnEngine(directory, "--live-restore")) {
      engine.start();
      try (RuntimeDriver driver = new RuntimeDriver(engine, LIMIT)) {
        TaskAssignment task = driver.task(offline(PROGRAMS.untilSignal("TERM", 7)));
        driver.run(task);
        CompletionStage<TaskExit> exit = driver.exitOf(task);

        engine.kill();
        engine.start();
        driver.await(driver.runtime.stop(task, Duration.ofSeconds(10)));

        assertThat(driver.await(exit)).isEqualTo(new TaskExit(7, ""));
      }
    }
  }

  @Test
  void engineThatHangsIsATemporaryFailureAfterTheTimeout() {
    try (OwnEngine engine = new OwnEngine(directory)) {
      engine.start();
      try (RuntimeDriver driver = new RuntimeDriver(engine, Duration.ofSeconds(1))) {
        TaskAssignment task = driver.task(offline(PROGRAMS.untilStopped()));
        driver.run(task);
        CompletionStage<TaskExit> exit = driver.exitOf(task);

        engine.freeze();
        TaskRuntimeException silence = driver.failureOf(driver.runtime.describe());
        engine.thaw();

        assertThat(silence.temporary()).isTrue();
        assertThat(silence).hasMessageContaining(engine.host());
        driver.await(driver.runtime.stop(task, Duration.ofSeconds(10)));
        assertThat(driver.await(exit)).isEqualTo(new TaskExit(0, ""));
      }
    }
  }

  @Test
  void missingEngineIsATemporaryFailureThatSaysWhatToDo() {
    String nowhere = "unix://" + directory.resolve("nothing.sock");
    try (DockerRuntime runtime = DockerRuntime.builder().host(nowhere).build()) {
      CompletionStage<?> description = runtime.describe();

      assertThat(description.toCompletableFuture())
          .failsWithin(Duration.ofSeconds(20))
          .withThrowableThat()
          .havingCause()
          .isInstanceOfSatisfying(
              TaskRuntimeException.class, e -> assertThat(e.temporary()).isTrue())
          .withMessageContaining(nowhere)
          .withMessageContaining("DOCKER_HOST");
    }
  }

  /** The engine under test shares its bridge with others, and must not give addresses there. */
  private static TaskSpec offline(ContainerSpec.Builder container) {
    return TaskSpec.builder(container.build()).network("none").build();
  }
}
