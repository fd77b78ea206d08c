// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.TaskRuntimeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class TaskOperationsTest {
  private final TaskOperations operations = new TaskOperations();
  private final CompletableFuture<Void> work = new CompletableFuture<>();

  @Test
  void cancelledStepFailsAtOnceButIsAwaited() {
    CompletableFuture<Void> step = operations.run("t1", operation -> work);

    CompletableFuture<Void> quiet = operations.cancel("t1");

    assertThat(step)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(TaskRuntimeException.class);
    assertThat(quiet).isNotDone();
    work.complete(null);
    assertThat(quiet).isCompleted();
  }

  @Test
  void cancelRunsTheStepsOwnAction() {
    AtomicBoolean aborted = new AtomicBoolean();
    operations.run(
        "t1",
        operation -> {
          operation.onCancel(() -> aborted.set(true));
          return work;
        });

    operations.cancel("t1");

    assertThat(aborted).isTrue();
  }

  @Test
  void checkFailsOnceCancelled() {
    CompletableFuture<Void> step =
        operations.run(
            "t1",
            operation -> {
              operation.check();
              return work.thenRun(operation::check);
            });

    operations.cancel("t1");
    work.complete(null);

    assertThatThrownBy(step::join).hasCauseInstanceOf(TaskRuntimeException.class);
  }

  @Test
  void stepsOfOneTaskRunOneAfterTheOther() {
    AtomicBoolean began = new AtomicBoolean();
    operations.run("t1", operation -> work);
    CompletableFuture<Void> second =
        operations.run(
            "t1",
            operation -> {
              began.set(true);
              return CompletableFuture.completedFuture(null);
            });
    assertThat(began).isFalse();

    work.complete(null);

    assertThat(second).isCompleted();
  }

  @Test
  void cancelOfAnIdleTaskHasNothingToAwait() {
    operations.run("t1", operation -> CompletableFuture.completedFuture(null));

    assertThat(operations.cancel("t1")).isCompleted();
    assertThat(operations.cancel("unknown")).isCompleted();
  }
}
