// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.jswarm.TaskRuntimeException;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Limits;
import io.jswarm.model.Mount;
import io.jswarm.model.PullOptions;
import io.jswarm.model.TaskSpec;
import io.jswarm.spi.LogCapture;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.TaskExit;
import io.jswarm.testing.RequiresDocker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What goes wrong with single tasks, and what becomes of it. */
@RequiresDocker
class DockerFaultsIT {
  private static final BusyboxPrograms PROGRAMS = new BusyboxPrograms();

  @Test
  void unknownCommandIsNamedAndLeavesNothingAfterRemove() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task =
          driver.task(ContainerSpec.builder(BusyboxImage.NAME).command("/no/such/command").build());
      driver.await(driver.runtime.prepare(task));

      TaskRuntimeException failure = driver.failureOf(driver.runtime.start(task));

      assertThat(failure).hasMessageContaining("/no/such/command");
      assertThat(failure.temporary()).isFalse();
      assertThat(driver.await(driver.runtime.list(RuntimeDriver.NODE)))
          .containsExactly(task.taskId());
      driver.await(driver.runtime.remove(task.taskId()));
      assertThat(driver.engine.containers(RuntimeDriver.NODE)).isEmpty();
    }
  }

  @Test
  void pullIsNotTriedForAnImageThatIsThere() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task =
          driver.task(
              PROGRAMS
                  .printing(List.of("ran"), List.of(), 0)
                  .pullOptions(new PullOptions("no base64!"))
                  .build());

      assertThat(driver.outputOf(task)).containsExactly("ran");
    }
  }

  @Test
  void credentialsThatCannotBeReadAreRefusedWithoutShowingThem() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task =
          driver.task(
              ContainerSpec.builder("registry.invalid/no/such:image")
                  .pullOptions(new PullOptions("c2VjcmV0"))
                  .build());

      TaskRuntimeException failure = driver.failureOf(driver.runtime.prepare(task));

      assertThat(failure).hasMessageContaining("registryAuth").hasNoCause();
      assertThat(failure.getMessage()).doesNotContain("secret");
    }
  }

  @Test
  void nameTakenByAForeignContainerIsNamed() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task = driver.task(PROGRAMS.untilStopped().build());
      String foreign =
          driver
              .engine
              .client()
              .createContainerCmd(BusyboxImage.NAME)
              .withName(task.task().displayName())
              .withCmd("true")
              .exec()
              .getId();
      try {
        TaskRuntimeException failure = driver.failureOf(driver.runtime.prepare(task));

        assertThat(failure)
            .hasMessageContaining(task.task().displayName())
            .hasMessageContaining(foreign);
        assertThat(failure.temporary()).isFalse();
      } finally {
        driver.engine.client().removeContainerCmd(foreign).exec();
      }
    }
  }

  @Test
  void preparedContainerThatWasRemovedBehindOurBackFailsTheStart() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task = driver.task(PROGRAMS.untilStopped().build());
      driver.await(driver.runtime.prepare(task));
      driver
          .engine
          .client()
          .removeContainerCmd(driver.engine.container(task.taskId()).getId())
          .exec();

      TaskRuntimeException failure = driver.failureOf(driver.runtime.start(task));

      assertThat(failure).hasMessageContaining("removed behind our back");
      assertThat(failure.temporary()).isFalse();
    }
  }

  @Test
  void runningContainerThatWasRemovedBehindOurBackHasAnUnknownExit() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task = driver.task(PROGRAMS.untilStopped().build());
      driver.run(task);
      CompletionStage<TaskExit> exit = driver.runtime.awaitExit(task);
      driver.await(driver.runtime.inspect(task.taskId()));

      driver
          .engine
          .client()
          .removeContainerCmd(driver.engine.container(task.taskId()).getId())
          .withForce(true)
          .exec();

      assertThat(driver.await(exit).exitCode()).isIn(-1, 137);
    }
  }

  @Test
  void runningOutOfMemoryIsTold() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task =
          driver.task(
              TaskSpec.builder(PROGRAMS.script("x=$(yes | head -c 100000000); echo ${#x}").build())
                  .limits(new Limits(0, 8 << 20))
                  .build());
      driver.run(task);

      TaskExit exit = driver.await(driver.runtime.awaitExit(task));

      assertThat(exit.exitCode()).isNotZero();
      assertThat(exit.error()).isEqualTo("out of memory");
    }
  }

  @Test
  void invalidMountIsRefusedBeforeAnythingIsMade() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task =
          driver.task(PROGRAMS.untilStopped().mount(Mount.bind("relative", "/x")).build());

      TaskRuntimeException failure = driver.failureOf(driver.runtime.prepare(task));

      assertThat(failure).hasMessageContaining("relative").hasMessageContaining("absolute");
      assertThat(failure.temporary()).isFalse();
      assertThat(driver.engine.containers(RuntimeDriver.NODE)).isEmpty();
    }
  }

  @Test
  void networkTheEngineDoesNotHaveIsNamed() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task =
          driver.task(
              TaskSpec.builder(PROGRAMS.untilStopped().build()).network("no-such-net").build());

      TaskRuntimeException failure = driver.failureOf(driver.runtime.prepare(task));

      assertThat(failure).hasMessageContaining("no-such-net");
      assertThat(failure.temporary()).isFalse();
    }
  }

  @Test
  void optionTheEngineIsTooOldForIsRefused() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      Mount future =
          Mount.volume("v", "/x")
              .withVolume(new Mount.VolumeOptions(false, Map.of(), null, "no/such/directory"));
      TaskAssignment task = driver.task(PROGRAMS.untilStopped().mount(future).build());

      // An engine that knows subpaths says that there is none.
      TaskRuntimeException failure =
          driver.failureOf(
              driver.runtime.prepare(task).thenCompose(done -> driver.runtime.start(task)));

      assertThat(failure.getMessage()).containsAnyOf("needs Docker Engine API 1.45", "no/such");
    }
  }

  @Test
  void closeEndsEveryThread() {
    try (RuntimeDriver tasks = new RuntimeDriver()) {
      TaskAssignment task = tasks.task(PROGRAMS.counting().build());
      tasks.run(task);
      Set<Thread> before = Thread.getAllStackTraces().keySet();
      LogCapture log = new LogCapture();
      DockerRuntime runtime = DockerRuntime.builder().build();
      CompletionStage<TaskExit> exit = runtime.awaitExit(task);
      runtime.logs(task.taskId(), new LogOptions(true, true, true, -1, null), log);
      tasks.await(log.lines(3));

      runtime.close();

      tasks.failureOf(exit);
      tasks.await(log.end().exceptionally(error -> null));
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (!before.contains(thread) && isOurs(thread)) {
          assertThatCode(() -> thread.join(10_000)).doesNotThrowAnyException();
          assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
      }
    }
  }

  private static boolean isOurs(Thread thread) {
    return thread.getName().startsWith("docker-java") || thread.getName().startsWith("jswarm");
  }

  @Test
  void manyTasksAtOnceNeedNoThreadEach() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      List<TaskAssignment> tasks =
          IntStream.range(0, 8)
              .mapToObj(i -> driver.task(PROGRAMS.untilSignal("TERM", i).build()))
              .toList();
      tasks.forEach(driver::run);
      List<CompletionStage<TaskExit>> exits =
          tasks.stream().map(task -> driver.runtime.awaitExit(task)).toList();
      driver.await(driver.runtime.describe());
      long streams =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("docker-java-stream"))
              .count();

      tasks.forEach(task -> driver.await(driver.runtime.stop(task, Duration.ofSeconds(20))));

      assertThat(streams).isLessThanOrEqualTo(1);
      for (int i = 0; i < exits.size(); i++) {
        assertThat(driver.await(exits.get(i))).isEqualTo(new TaskExit(i, ""));
      }
    }
  }
}
