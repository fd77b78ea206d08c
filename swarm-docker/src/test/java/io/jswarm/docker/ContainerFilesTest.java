// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.TaskRuntimeException;
import io.jswarm.docker.ContainerFiles.ContainerFile;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.FileTarget;
import io.jswarm.model.Mount;
import io.jswarm.model.RuntimeTarget;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.TaskSpec;
import io.jswarm.spi.TaskAssignment;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerFilesTest {
  @Test
  void relativeTargetsLieWhereSwarmPutsThem() {
    ContainerFiles files =
        files(
            container()
                .secret("s1", "key")
                .secret(new SecretReference("s1", "key", FileTarget.named("/abs/key")))
                .config(new ConfigReference("c1", "motd", FileTarget.named("motd")))
                .config(new ConfigReference("c1", "motd", new RuntimeTarget())));

    assertThat(files.files())
        .extracting(ContainerFile::path)
        .containsExactly("/run/secrets/key", "/abs/key", "/motd");
    assertThat(files.volumes()).isEmpty();
  }

  @Test
  void readOnlyRootGetsVolumesForItsFiles() {
    ContainerFiles files =
        files(
            container()
                .readOnly(true)
                .secret("s1", "key")
                .config(new ConfigReference("c1", "motd", FileTarget.named("/etc/app/motd"))));

    assertThat(files.volumes()).containsExactly("/etc/app", "/run/secrets");
    assertThat(files.archives())
        .extracting(ContainerFiles.Archive::directory)
        .containsExactly("/etc/app", "/run/secrets");
  }

  @Test
  void fileUnderAMemoryMountGetsAVolumeOnTop() {
    ContainerFiles files =
        files(container().mount(Mount.tmpfs("/run/", 0)).secret("s1", "key").config("c1", "motd"));

    assertThat(files.volumes()).containsExactly("/run/secrets");
    assertThat(files.archives())
        .extracting(ContainerFiles.Archive::directory)
        .containsExactly("/", "/run/secrets");
  }

  @Test
  void fileThatWouldOutliveTheTaskInAMountIsRefused() {
    ContainerSpec.Builder container =
        container().mount(Mount.bind("/host", "/run/secrets")).secret("s1", "key");

    assertThatThrownBy(() -> files(container))
        .isInstanceOf(TaskRuntimeException.class)
        .hasMessageContaining("secret key")
        .hasMessageContaining("/run/secrets");
  }

  @Test
  void fileRightUnderAReadOnlyRootIsRefused() {
    ContainerSpec.Builder container = container().readOnly(true).config("c1", "motd");

    assertThatThrownBy(() -> files(container))
        .isInstanceOf(TaskRuntimeException.class)
        .hasMessageContaining("config motd")
        .hasMessageContaining("read-only");
  }

  @Test
  void whatWasNotDeliveredIsNamed() {
    ContainerSpec.Builder container = container().secret("s2", "other");

    assertThatThrownBy(() -> files(container))
        .isInstanceOf(TaskRuntimeException.class)
        .hasMessageContaining("secret other");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../etc/passwd", "/a/../b", "/dir/"})
  void pathsThatAreNoFilesAreRefused(String path) {
    ContainerSpec.Builder container =
        container().secret(new SecretReference("s1", "key", FileTarget.named(path)));

    assertThatThrownBy(() -> files(container))
        .isInstanceOf(TaskRuntimeException.class)
        .hasMessageContaining(path);
  }

  @Test
  void ownersAreNumbers() {
    ContainerFiles files =
        files(
            container()
                .secret(new SecretReference("s1", "key", new FileTarget("k", "root", "0", 0400))));

    assertThatThrownBy(files::archives)
        .isInstanceOf(TaskRuntimeException.class)
        .hasMessageContaining("uid 'root'");
  }

  private static ContainerSpec.Builder container() {
    return ContainerSpec.builder("nginx");
  }

  private static ContainerFiles files(ContainerSpec.Builder container) {
    TaskAssignment plain = RuntimeDriver.assignment("t1", TaskSpec.of(container.build()));
    return ContainerFiles.of(
        new TaskAssignment(
            plain.task(),
            plain.container(),
            Map.of(),
            Map.of(),
            Map.of("s1", Secret.of("s1", SecretSpec.of("key", "secret"))),
            Map.of("c1", Config.of("c1", ConfigSpec.of("motd", "hello")))));
  }
}
