// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.NotFoundException;
import io.jswarm.TaskRuntimeException;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.PullOptions;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.testing.RequiresDocker;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@RequiresDocker
class ImagePullIT {
  private final RuntimeDriver driver = new RuntimeDriver();
  private final FakeRegistry registry = new FakeRegistry();

  @AfterEach
  void leaveNothing() {
    driver.close();
    try (TestEngine engine = TestEngine.open()) {
      engine.client().removeImageCmd(registry.image()).withForce(true).exec();
    } catch (NotFoundException e) {
      // Most tests never get it.
    }
    registry.close();
  }

  @Test
  void imageIsPulledWithTheCredentialsOfTheSpec() {
    registry.answering(200);
    TaskAssignment task = task(FakeRegistry.credentials("user", "password"));

    assertThat(driver.outputOf(task)).containsExactly("pulled");
  }

  @Test
  void wrongCredentialsAreAPermanentFailure() {
    registry.answering(200);
    TaskAssignment task = task(FakeRegistry.credentials("user", "wrong"));

    TaskRuntimeException failure = driver.failureOf(driver.runtime.prepare(task));

    assertThat(failure).hasMessageContaining(registry.image());
    assertThat(failure.temporary()).isFalse();
    assertThat(registry.asked).isNotDone();
  }

  @Test
  void imageTheRegistryDoesNotHaveIsAPermanentFailure() {
    registry.answering(404);
    TaskAssignment task = task(FakeRegistry.credentials("user", "password"));

    TaskRuntimeException failure = driver.failureOf(driver.runtime.prepare(task));

    assertThat(failure).hasMessageContaining(registry.image());
    assertThat(failure.temporary()).isFalse();
  }

  @Test
  void failedPullIsToleratedWhenTheImageIsThere() {
    String credentials = FakeRegistry.credentials("user", "password");
    TaskAssignment task =
        driver.task(
            ContainerSpec.builder(registry.image())
                .args("true")
                .pullOptions(new PullOptions(credentials))
                .build());
    CompletionStage<Void> preparing = driver.runtime.prepare(task);
    driver.await(registry.asked);

    String name = registry.image().substring(0, registry.image().lastIndexOf(':'));
    driver.engine.client().tagImageCmd(BusyboxImage.NAME, name, "1").exec();
    registry.answering(404);

    driver.await(preparing);
    assertThat(driver.await(driver.runtime.inspect(task.taskId()))).isPresent();
  }

  @Test
  void c9_17_stopCancelsThePull() {
    TaskAssignment task = task(FakeRegistry.credentials("user", "password"));
    CompletionStage<Void> preparing = driver.runtime.prepare(task);
    driver.await(registry.asked);

    driver.await(driver.runtime.stop(task, Duration.ofSeconds(10)));

    assertThat(preparing.toCompletableFuture()).isCompletedExceptionally();
    assertThat(driver.await(driver.runtime.inspect(task.taskId()))).isEmpty();
  }

  private TaskAssignment task(String credentials) {
    return driver.task(
        ContainerSpec.builder(registry.image()).pullOptions(new PullOptions(credentials)).build());
  }
}
