// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Endpoint;
import io.jswarm.model.EndpointSpec;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.LogCapture;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime.LogOptions;
import io.jswarm.spi.TaskRuntime.TaskExit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A runtime under test with short words for what tests do to it; removes its tasks at the end. */
final class RuntimeDriver implements AutoCloseable {
  static final String NODE = "d0cker0node0d0cker0node00";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  final DockerRuntime runtime;
  final TestEngine engine;
  private final Environment environment = Environment.system();
  private final EventLoop retries = environment.loops().create("retries");
  private final List<String> taskIds = new ArrayList<>();

  /** At the engine of {@code DOCKER_HOST}. */
  RuntimeDriver() {
    this(DockerRuntime.builder(), TestEngine.open());
  }

  RuntimeDriver(OwnEngine engine, Duration timeout) {
    this(
        DockerRuntime.builder().host(engine.host()).timeout(timeout),
        TestEngine.open(engine.host()));
  }

  private RuntimeDriver(DockerRuntime.Builder builder, TestEngine engine) {
    this.runtime = builder.environment(environment).build();
    this.engine = engine;
  }

  /** A new task of a service {@code web}. */
  TaskAssignment task(ContainerSpec container, PortConfig... ports) {
    return task(TaskSpec.of(container), ports);
  }

  /** A new task of a service {@code web}. */
  TaskAssignment task(TaskSpec spec, PortConfig... ports) {
    String id = environment.ids().next();
    taskIds.add(id);
    return assignment(id, spec, ports);
  }

  /** A task with a given id that nobody removes. */
  static TaskAssignment assignment(String id, TaskSpec spec, PortConfig... ports) {
    EndpointSpec endpoint = new EndpointSpec(EndpointSpec.DEFAULT.mode(), List.of(ports));
    Task task =
        Task.builder(
                id,
                spec,
                TaskStatus.of(TaskState.ASSIGNED, Instant.EPOCH, "assigned"),
                TaskState.RUNNING)
            .serviceId("s3rvice0s3rvice0s3rvice00")
            .serviceName("web")
            .slot(1)
            .nodeId(NODE)
            .endpoint(new Endpoint(endpoint, List.of(ports), List.of()))
            .build();
    return new TaskAssignment(
        task, spec.container().orElseThrow(), Map.of(), Map.of(), Map.of(), Map.of());
  }

  /** Prepares and starts. */
  void run(TaskAssignment task) {
    await(runtime.prepare(task));
    await(runtime.start(task));
  }

  /** Waits for the exit as an agent does: a temporary failure is tried again. */
  CompletionStage<TaskExit> exitOf(TaskAssignment task) {
    CompletableFuture<TaskExit> exit = new CompletableFuture<>();
    attach(task, exit);
    return exit;
  }

  private void attach(TaskAssignment task, CompletableFuture<TaskExit> exit) {
    runtime
        .awaitExit(task)
        .whenComplete(
            (value, error) -> {
              if (error instanceof TaskRuntimeException failure && failure.temporary()) {
                retries.schedule(Duration.ofMillis(100), () -> attach(task, exit));
              } else if (error != null) {
                exit.completeExceptionally(error);
              } else {
                exit.complete(value);
              }
            });
  }

  /** Runs a task to its end and gives its output. */
  List<String> outputOf(TaskAssignment task) {
    run(task);
    await(runtime.awaitExit(task));
    LogCapture log = new LogCapture();
    runtime.logs(task.taskId(), LogOptions.ALL, log);
    await(log.end());
    return log.texts();
  }

  <T> T await(CompletionStage<T> stage) {
    assertThat(environment.awaiter().await(stage, LIMIT)).as("done within %s", LIMIT).isTrue();
    return stage.toCompletableFuture().join();
  }

  TaskRuntimeException failureOf(CompletionStage<?> stage) {
    assertThat(environment.awaiter().await(stage, LIMIT)).as("done within %s", LIMIT).isTrue();
    CompletableFuture<?> future = stage.toCompletableFuture();
    try {
      future.join();
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(TaskRuntimeException.class);
      return (TaskRuntimeException) e.getCause();
    }
    throw new AssertionError("should have failed");
  }

  @Override
  public void close() {
    taskIds.forEach(id -> await(runtime.remove(id)));
    assertThat(await(runtime.list(NODE))).isEmpty();
    runtime.close();
    retries.close();
    engine.close();
    environment.close();
  }
}
