// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisionTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  private final Supervision supervision = new Supervision();

  @TempDir private Path directory;

  @BeforeEach
  void install() throws IOException {
    Supervision.install(directory);
  }

  @Test
  void reusedPidIsNeverKilled() throws Exception {
    Process innocent = new ProcessBuilder("sleep", "60").start();
    try {
      ProcessMark itself = markOf(innocent.pid());
      ProcessMark earlier =
          new ProcessMark(
              innocent.pid(),
              itself.boot(),
              String.valueOf(Long.parseLong(itself.startTicks()) - 1),
              itself.written());
      ProcessMark beforeReboot =
          new ProcessMark(
              innocent.pid(),
              "0b5e55ed-0000-0000-0000-000000000000",
              itself.startTicks(),
              itself.written());

      supervision.signal(earlier, "KILL");
      supervision.signal(beforeReboot, "KILL");

      assertThat(itself.alive()).isTrue();
      assertThat(earlier.alive()).isFalse();
      assertThat(beforeReboot.alive()).isFalse();
      assertThat(innocent.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
    } finally {
      innocent.destroyForcibly();
    }
  }

  @Test
  void halfWrittenAndMissingMarksAreNone() throws IOException {
    Path file = directory.resolve("mark");
    assertThat(ProcessMark.read(file)).isNull();
    Files.writeString(file, "123 b00t 123 (sh) S 1 2 3");
    assertThat(ProcessMark.read(file)).isNull();
    Files.writeString(file, "-\n");
    assertThat(ProcessMark.read(file)).isNull();
  }

  @Test
  void ofTwoSupervisorsOneRunsTheTask() throws Exception {
    List<String> command = List.of("sh", "-c", "echo ran");

    Process first = supervision.launch(directory, command, directory, ENVIRONMENT);
    Process second = supervision.launch(directory, command, directory, ENVIRONMENT);

    assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(directory.resolve("stdout")).hasContent("ran\n");
    assertThat(directory.resolve("exit")).hasContent("0\n");
  }

  @Test
  void barredTaskNeverRuns() throws Exception {
    TaskFiles files = new TaskFiles(directory);
    assertThat(files.bar()).isTrue();

    Process late =
        supervision.launch(directory, List.of("sh", "-c", "echo ran"), directory, ENVIRONMENT);

    assertThat(late.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(directory.resolve("stdout")).doesNotExist();
    assertThat(files.bar()).isTrue();
    assertThat(files.barred()).isTrue();
  }

  @Test
  void runningTaskCannotBeBarred() throws Exception {
    TaskFiles files = new TaskFiles(directory);
    Process supervisor =
        supervision.launch(directory, List.of("sleep", "60"), directory, ENVIRONMENT);
    ProcessMark main = null;
    while (main == null && !supervisor.waitFor(5, TimeUnit.MILLISECONDS)) {
      main = files.task();
    }

    assertThat(files.bar()).isFalse();

    supervision.signal(Objects.requireNonNull(main), "KILL");
    assertThat(supervisor.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(files.exitCode()).hasValue(137);
  }

  @Test
  void unknownSignalBecomesATerm() throws Exception {
    TaskFiles files = new TaskFiles(directory);
    Process supervisor =
        supervision.launch(directory, List.of("sleep", "60"), directory, ENVIRONMENT);
    ProcessMark main = null;
    while (main == null && !supervisor.waitFor(5, TimeUnit.MILLISECONDS)) {
      main = files.task();
    }

    supervision.signal(Objects.requireNonNull(main), "NOSUCH");

    assertThat(supervisor.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(files.exitCode()).hasValue(143);
  }

  @Test
  void withoutSetsidSignalsReachTheDescendants() throws Exception {
    Supervision plain = new Supervision("");
    TaskFiles files = new TaskFiles(directory);
    List<String> command = List.of("sh", "-c", "trap 'exit 9' TERM; sleep 300 & echo $!; wait");
    Process supervisor = plain.launch(directory, command, directory, ENVIRONMENT);
    Path stdout = directory.resolve("stdout");
    while ((!Files.exists(stdout) || Files.size(stdout) == 0)
        && !supervisor.waitFor(5, TimeUnit.MILLISECONDS)) {
      // until the child is there
    }
    long childPid = Long.parseLong(Files.readString(stdout).strip());
    ProcessMark child = markOf(childPid);
    assertThat(child.alive()).isTrue();
    CompletableFuture<ProcessHandle> childEnd = ProcessHandle.of(childPid).orElseThrow().onExit();

    plain.signal(Objects.requireNonNull(files.task()), "TERM");

    assertThat(supervisor.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(files.exitCode()).hasValue(9);
    childEnd.get(20, TimeUnit.SECONDS); // its parent need not have waited for it
    assertThat(child.alive()).isFalse();
  }

  private ProcessMark markOf(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    Path file = directory.resolve("mark");
    Files.writeString(file, pid + " " + boot + " " + stat);
    return Objects.requireNonNull(ProcessMark.read(file));
  }
}
