// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import io.jswarm.loop.Environment;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** An agent in a JVM of its own that starts one task and dies without a word. */
final class CrashingAgent {
  private CrashingAgent() {}

  /** Arguments: directory, task id, node id, shell script. */
  public static void main(String[] args) {
    Environment environment = Environment.system();
    TaskRuntime runtime =
        ProcessRuntime.builder().directory(Path.of(args[0])).environment(environment).build();
    ContainerSpec spec = ContainerSpec.builder("").command("/bin/sh", "-c", args[3]).build();
    Task task =
        Task.builder(
                args[1],
                TaskSpec.of(spec),
                TaskStatus.of(TaskState.ASSIGNED, environment.time().now(), "assigned"),
                TaskState.RUNNING)
            .nodeId(args[2])
            .build();
    TaskAssignment assignment =
        new TaskAssignment(task, spec, Map.of(), Map.of(), Map.of(), Map.of());
    var started = runtime.prepare(assignment).thenCompose(done -> runtime.start(assignment));
    boolean done = environment.awaiter().await(started, Duration.ofSeconds(20));
    Runtime.getRuntime()
        .halt(done && !started.toCompletableFuture().isCompletedExceptionally() ? 0 : 1);
  }
}
