// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.Environment;
import io.jswarm.spi.TaskPrograms;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.spi.TaskRuntimeTck;
import io.jswarm.testing.RequiresDocker;
import java.util.Set;

@RequiresDocker
class DockerRuntimeIT extends TaskRuntimeTck {
  private final Environment environment = Environment.system();
  private final TestEngine engine = TestEngine.open();
  private final Set<String> volumesBefore = engine.volumes();

  @Override
  protected Environment environment() {
    return environment;
  }

  @Override
  protected TaskRuntime open() {
    return DockerRuntime.builder().environment(environment).build();
  }

  @Override
  protected TaskPrograms programs() {
    return new BusyboxPrograms();
  }

  @Override
  protected void kill(String taskId) {
    engine.kill(taskId);
  }

  @Override
  protected void assertNothingLeft() {
    assertThat(engine.containers(NODE)).isEmpty();
    assertThat(engine.volumes()).isEqualTo(volumesBefore);
  }
}
