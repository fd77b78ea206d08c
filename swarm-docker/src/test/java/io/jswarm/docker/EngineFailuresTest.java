// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import io.jswarm.TaskRuntimeException;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class EngineFailuresTest {
  private final EngineFailures failures = new EngineFailures("unix:///some.sock");

  @Test
  void whatTheEngineRefusesIsFinalAndInItsWords() {
    TaskRuntimeException failure =
        failures.explain(
            "start task web.1",
            new InternalServerErrorException("{\"message\":\"port is already allocated\"}\n"));

    assertThat(failure).hasMessage("cannot start task web.1: port is already allocated");
    assertThat(failure.temporary()).isFalse();
  }

  @Test
  void engineThatIsGoingDownIsTemporary() {
    TaskRuntimeException failure =
        failures.explain(
            "start task web.1",
            new DockerException("{\"message\":\"transport is closing: unavailable\"}", 500));

    assertThat(failure.temporary()).isTrue();
  }

  @Test
  void engineThatDoesNotAnswerIsTemporaryAndNamed() {
    TaskRuntimeException failure =
        failures.explain(
            "list tasks", new RuntimeException(new IOException("No such file or directory")));

    assertThat(failure)
        .hasMessageContaining("unix:///some.sock")
        .hasMessageContaining("No such file or directory")
        .hasMessageContaining("DOCKER_HOST");
    assertThat(failure.temporary()).isTrue();
  }

  @Test
  void forbiddenSocketIsExplained() {
    TaskRuntimeException failure =
        failures.explain("list tasks", new RuntimeException(new IOException("Permission denied")));

    assertThat(failure).hasMessageContaining("group docker");
  }

  @Test
  void failuresOfOursPassThrough() {
    TaskRuntimeException ours = new TaskRuntimeException("invalid mount", false);

    assertThat(failures.explain("create", new CompletionException(ours))).isSameAs(ours);
  }

  @Test
  void answersThatAreNotTheEnginesAreShownAsTheyCame() {
    assertThat(EngineFailures.reason(new DockerException("<html>{bad gateway}</html>", 502)))
        .contains("{bad gateway}");
  }

  @Test
  void addressThatIsNoneIsRefusedAtOnce() {
    DockerRuntime.Builder builder = DockerRuntime.builder().host("smoke://signals");

    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("smoke://signals");
  }
}
