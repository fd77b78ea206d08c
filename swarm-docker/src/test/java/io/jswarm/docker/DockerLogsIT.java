// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.spi.LogCapture;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.LogSubscription;
import io.jswarm.testing.RequiresDocker;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Output as the engine keeps it. */
@RequiresDocker
class DockerLogsIT {
  private static final BusyboxPrograms PROGRAMS = new BusyboxPrograms();

  private final RuntimeDriver driver = new RuntimeDriver();

  @AfterEach
  void close() {
    driver.close();
  }

  @Test
  void lineLongerThanTheEnginesPiecesIsOneLine() {
    TaskAssignment task =
        driver.task(PROGRAMS.script("head -c 100000 /dev/zero | tr '\\0' x; echo; echo b").build());

    List<String> output = driver.outputOf(task);

    assertThat(output).containsExactly("x".repeat(100_000), "b");
  }

  @Test
  void terminalHasOneStreamAndPlainLines() {
    TaskAssignment task = driver.task(PROGRAMS.script("echo out; echo err >&2").tty(true).build());

    assertThat(driver.outputOf(task)).containsExactly("out", "err");
  }

  @Test
  void lastLinesOfOneStreamCanBeFollowed() {
    String script =
        "for i in $(seq 5); do echo $i; echo e >&2; done; while :; do sleep 0.05; "
            + "i=$((i+1)); echo $i; done";
    TaskAssignment task = driver.task(PROGRAMS.script("trap 'exit 0' TERM; " + script).build());
    driver.run(task);
    LogCapture all = new LogCapture();
    driver.runtime.logs(task.taskId(), new LogOptions(true, false, true, -1, null), all);
    driver.await(all.lines(8));
    LogCapture log = new LogCapture();

    LogSubscription subscription =
        driver.runtime.logs(task.taskId(), new LogOptions(true, false, true, 3, null), log);

    driver.await(log.lines(10));
    int first = Integer.parseInt(log.texts().get(0));
    assertThat(first).isGreaterThanOrEqualTo(6);
    assertThat(log.texts())
        .startsWith(
            IntStream.range(first, first + 10).mapToObj(String::valueOf).toArray(String[]::new));
    subscription.cancel();
    driver.await(log.end());
    driver.await(driver.runtime.stop(task, Duration.ofSeconds(10)));
    driver.await(all.end());
  }

  @Test
  void followingAPreparedTaskWaitsForItsStart() {
    TaskAssignment task = driver.task(PROGRAMS.printing(List.of("ran"), List.of(), 0).build());
    driver.await(driver.runtime.prepare(task));
    LogCapture log = new LogCapture();

    driver.runtime.logs(task.taskId(), new LogOptions(true, true, true, -1, null), log);
    driver.await(driver.runtime.start(task));

    driver.await(log.end());
    assertThat(log.texts()).containsExactly("ran");
  }
}
