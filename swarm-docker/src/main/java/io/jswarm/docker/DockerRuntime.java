// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.core.DockerClientConfig;
import io.jswarm.TaskRuntimeException;
import io.jswarm.docker.TaskOperations.Operation;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Defaults;
import io.jswarm.model.NodeDescription;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks as containers of a Docker Engine.
 *
 * <p>Containers are found by the labels of S1.9, so several nodes, of one process or of several,
 * may share an engine, and a node that restarts finds its containers again. Closing the runtime
 * leaves them running.
 *
 * <p><b>Secrets and configs</b> are copied into the container before it starts, with owner and mode
 * as asked for, and go with it. An engine that is no swarm node of its own offers no memory file
 * system for that, so they lie in the container's layer on the node's disk. In a container with a
 * read-only root their directories become anonymous volumes, which the container can write to.
 *
 * <p><b>Networks</b>: the default bridge; {@code host} and {@code none}; and networks that exist on
 * the engine, by name. <b>Limits</b>: a CPU limit below 0.01 is enforced as 0.01, the least the
 * kernel knows. A memory reservation is the engine's soft limit.
 *
 * <p>An engine that does not answer is a temporary failure whose message names its address; once
 * the engine is back, whatever became of the containers is reported. A pull that fails is final.
 *
 * <p>Thread-safe. Stages complete on threads of the environment's blocking executor or on the
 * runtime's own loop.
 */
public final class DockerRuntime implements TaskRuntime {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final Environment environment;
  private final boolean ownsEnvironment;
  private final EngineClient engine;
  private final TaskContainers containers;
  private final EventLoop loop;
  private final ContainerWatch watch;
  private final ContainerLifetime lifetime;
  private final TaskOperations operations = new TaskOperations();
  private final Set<String> stoppedBeforeStart = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private DockerRuntime(Builder builder) {
    DockerClientConfig config = EngineClient.config(builder.host);
    Environment given = builder.environment;
    ownsEnvironment = given == null;
    environment = given == null ? Environment.system() : given;
    loop = environment.loops().create("docker");
    engine = new EngineClient(config, builder.timeout, environment.blocking(), loop);
    containers = new TaskContainers(engine);
    watch = new ContainerWatch(engine, loop);
    lifetime = new ContainerLifetime(engine, containers, watch, loop);
  }

  /** A builder for the engine the docker CLI would use. */
  public static Builder builder() {
    return new Builder();
  }

  /** Makes a {@link DockerRuntime}. Not thread-safe. */
  public static final class Builder {
    private @Nullable String host;
    private @Nullable Environment environment;
    private Duration timeout = Duration.ofMinutes(1);

    private Builder() {}

    /**
     * The engine's address, {@code unix:///…} or {@code tcp://host:port}; else {@code DOCKER_HOST}
     * or the present docker context decides, and last {@code unix:///var/run/docker.sock}.
     */
    public Builder host(String host) {
      this.host = requireNonNull(host, "host");
      return this;
    }

    /** Where threads and loops come from; else the runtime has its own and ends them on close. */
    public Builder environment(Environment environment) {
      this.environment = requireNonNull(environment, "environment");
      return this;
    }

    /** How long one call to the engine may take, pulls excepted; 1 minute unless set. */
    public Builder timeout(Duration timeout) {
      this.timeout = requireNonNull(timeout, "timeout");
      return this;
    }

    /**
     * Opens the runtime; does not wait for the engine, which need not be there yet.
     *
     * @throws IllegalArgumentException if the host is no address
     */
    public DockerRuntime build() {
      return new DockerRuntime(this);
    }
  }

  @Override
  public String name() {
    return "docker";
  }

  @Override
  public CompletionStage<NodeDescription> describe() {
    return engine.call(
        "describe the node", () -> HostDescription.of(engine.calls().infoCmd().exec()));
  }

  @Override
  public CompletionStage<List<String>> list(String nodeId) {
    return engine.call("list tasks", () -> containers.tasks(nodeId));
  }

  @Override
  public CompletionStage<Optional<RuntimeStatus>> inspect(String taskId) {
    return engine.call(
        "inspect task " + taskId,
        () ->
            containers
                .find(taskId)
                .map(c -> new RuntimeStatus(c.status(), c.running(), c.ports())));
  }

  @Override
  public CompletionStage<Void> prepare(TaskAssignment assignment) {
    String what = "create the container of task " + assignment.task().displayName();
    return operations.run(
        assignment.taskId(),
        operation ->
            engine
                .call(what, () -> needsImage(assignment))
                .thenCompose(absent -> absent ? pull(assignment, operation) : DONE)
                .thenCompose(
                    ready -> {
                      operation.check();
                      return engine.run(what, () -> containers.create(assignment));
                    }));
  }

  private boolean needsImage(TaskAssignment assignment) {
    return containers.find(assignment.taskId()).isEmpty()
        && !ImagePull.isPresent(engine, assignment.container().image());
  }

  private CompletableFuture<Void> pull(TaskAssignment assignment, Operation operation) {
    operation.check();
    String image = assignment.container().image();
    return ImagePull.start(engine, assignment.container(), operation)
        .exceptionallyCompose(
            error ->
                engine
                    .call("look for image " + image, () -> ImagePull.isPresent(engine, image))
                    .thenCompose(
                        present -> present ? DONE : CompletableFuture.failedFuture(error)));
  }

  @Override
  public CompletionStage<Void> start(TaskAssignment assignment) {
    return operations.run(
        assignment.taskId(),
        operation ->
            engine
                .call("start task " + assignment.task().displayName(), () -> startOnce(assignment))
                .thenCompose(
                    container -> lifetime.firstHealthy(container, grace(assignment), operation)));
  }

  private ContainerSnapshot startOnce(TaskAssignment assignment) {
    if (stoppedBeforeStart.contains(assignment.taskId())) {
      throw new TaskRuntimeException("the task was stopped before it started", false);
    }
    return containers.start(assignment);
  }

  @Override
  public CompletionStage<TaskExit> awaitExit(TaskAssignment assignment) {
    return Stages.plain(
        engine
            .call("find task " + assignment.taskId(), () -> containers.get(assignment.taskId()))
            .thenCompose(container -> lifetime.end(container, grace(assignment))));
  }

  private static Duration grace(TaskAssignment assignment) {
    return Defaults.stopGracePeriod(assignment.container());
  }

  @Override
  public CompletionStage<Void> stop(TaskAssignment assignment, Duration grace) {
    String taskId = assignment.taskId();
    return Stages.plain(
        operations
            .cancel(taskId)
            .thenCompose(quiet -> engine.call("stop task " + taskId, () -> containers.find(taskId)))
            .thenCompose(
                found -> {
                  if (found.isPresent() && found.get().running()) {
                    return lifetime.stop(found.get(), grace).thenCompose(state -> DONE);
                  }
                  if (found.isPresent() && !found.get().started()) {
                    stoppedBeforeStart.add(taskId);
                  }
                  return DONE;
                }));
  }

  @Override
  public CompletionStage<Void> remove(String taskId) {
    return Stages.plain(
        operations
            .cancel(taskId)
            .thenCompose(
                quiet -> engine.run("remove task " + taskId, () -> containers.remove(taskId)))
            .thenRun(() -> stoppedBeforeStart.remove(taskId)));
  }

  @Override
  public LogSubscription logs(String taskId, LogOptions options, LogSink sink) {
    LogReader reader = new LogReader(options, sink, engine);
    engine
        .call("read logs of task " + taskId, () -> containers.get(taskId))
        .thenCompose(
            container ->
                (options.follow() ? lifetime.started(container) : DONE)
                    .thenRun(() -> reader.open(container.id())))
        .exceptionally(
            error -> {
              reader.onError(Stages.unwrapped(error));
              return null;
            });
    return reader::close;
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    CompletableFuture<Void> unwatched = watch.close();
    if (!loop.inLoop()) {
      environment.awaiter().await(unwatched, CLOSE_TIMEOUT);
    }
    loop.close();
    engine.close();
    if (ownsEnvironment) {
      environment.close();
    }
  }
}
