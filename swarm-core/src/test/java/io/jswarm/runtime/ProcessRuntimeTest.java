// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.Environment;
import io.jswarm.spi.TaskPrograms;
import io.jswarm.spi.TaskRuntime;
import io.jswarm.spi.TaskRuntimeTck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

class ProcessRuntimeTest extends TaskRuntimeTck {
  private final Environment environment = Environment.system();

  @TempDir private Path directory;

  @Override
  protected Environment environment() {
    return environment;
  }

  @Override
  protected TaskRuntime open() {
    return ProcessRuntime.builder().directory(directory).environment(environment).build();
  }

  @Override
  protected TaskPrograms programs() {
    return new ProcessPrograms();
  }

  @Override
  protected void kill(String taskId) {
    long pid = await(runtime.inspect(taskId)).orElseThrow().container().pid();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  @Override
  protected void assertNothingLeft() {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    eventually(() -> processesOf(directory).isEmpty());
  }

  /** Everything that has the directory in its command line or environment: what we started. */
  static List<String> processesOf(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(handle -> handle.pid() != ProcessHandle.current().pid())
        .filter(ProcessHandle::isAlive)
        .map(handle -> handle.pid() + " " + environmentOf(handle.pid()))
        .filter(text -> text.contains("=" + directory + "/"))
        .toList();
  }

  private static String environmentOf(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
