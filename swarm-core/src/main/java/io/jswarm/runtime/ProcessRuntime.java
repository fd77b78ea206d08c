// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static java.util.Objects.requireNonNull;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.TimeSource;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks as plain processes of this machine, under the user of this JVM. <b>There is no
 * isolation:</b> tasks see the machine's files, network and processes, and nothing limits their CPU
 * and memory. Image, hostname, privileges and everything else that needs a container is ignored; a
 * task that asks for another user or for mounts is refused, as it would not get what it relies on.
 *
 * <p>The command with its arguments is started in {@code dir}, by default a directory of the task's
 * own. Its environment is PATH, HOME and LANG of this JVM, then {@code env} of the spec, and:
 *
 * <ul>
 *   <li>{@code JSWARM_SECRETS} and {@code JSWARM_CONFIGS}: directories with its secrets and
 *       configs. Targets are taken relative to these, without a leading {@code /run/secrets/} or
 *       {@code /}. Secrets are deleted when the task has ended.
 *   <li>{@code JSWARM_PORT_<target port>}: the number each HOST port got, and {@code PORT}: the
 *       first of them, unless {@code env} sets it. The program has to listen there itself.
 * </ul>
 *
 * <p>Each task runs under a small shell of its own that notes the exit code, in a process group of
 * its own, so it outlives this JVM, and a runtime on the same directory finds it again. Processes
 * that leave the group ({@code setsid}) are out of reach. Output is kept until the task is removed,
 * one to two times the log limit per stream; its timestamps are right to about 0.1 s while a
 * runtime looks on. Needs {@code /bin/sh}.
 *
 * <p>Thread-safe. Stages complete on a loop of the runtime's own; one directory belongs to one
 * runtime at a time.
 */
public final class ProcessRuntime implements TaskRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessRuntime.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);

  private final Path directory;
  private final Environment environment;
  private final String hostname;
  private final Map<String, String> labels;
  private final @Nullable NodeResources resources;
  private final long logLimit;
  private final EventLoop loop;
  private final Jobs looks;
  private final Supervision supervision = new Supervision();
  private final Map<String, ProcessTask> tasks = new TreeMap<>();
  private final Map<LogStream, ProcessTask> streams = new LinkedHashMap<>();
  private @Nullable List<Runnable> beforeAdoption = new ArrayList<>();
  private @Nullable TaskRuntimeException adoptionFailure;
  private boolean watching;
  private volatile boolean closed;

  private ProcessRuntime(Builder from, Path directory, Environment environment) {
    this.directory = directory;
    this.environment = environment;
    hostname = from.hostname;
    labels = from.labels;
    resources = from.resources;
    logLimit = from.logLimit;
    loop = environment.loops().create("process-runtime");
    looks = new Jobs(loop, environment.blocking());
    loop.execute(this::adopt);
  }

  /** A runtime of this JVM's machine. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public String name() {
    return "process";
  }

  private void adopt() {
    looks.run(
        this::findTasks,
        (found, failure) -> {
          if (found == null) {
            adoptionFailure =
                new TaskRuntimeException(
                    "cannot read what is left in " + directory + ": " + failure, false, failure);
          } else {
            found.forEach(
                (task, what) -> {
                  task.adopt(what);
                  tasks.put(task.id(), task);
                });
            watch();
          }
          List<Runnable> calls = beforeAdoption;
          beforeAdoption = null;
          if (calls != null) {
            calls.forEach(Runnable::run);
          }
        });
  }

  /** Blocks. */
  private Map<ProcessTask, TaskProcess.Found> findTasks() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    List<Path> directories;
    try (var paths = Files.list(directory)) {
      directories = paths.filter(Files::isDirectory).sorted().toList();
    }
    Map<ProcessTask, TaskProcess.Found> result = new LinkedHashMap<>();
    for (Path path : directories) {
      ProcessTask task = new ProcessTask(path.getFileName().toString(), this);
      TaskProcess.Found found = task.process().find();
      if (found != null) {
        result.put(task, found);
      }
    }
    return result;
  }

  @Override
  public CompletionStage<NodeDescription> describe() {
    return call(
        () -> {
          CompletableFuture<NodeDescription> result = new CompletableFuture<>();
          new Jobs(loop, blocking())
              .run(
                  () -> HostDescription.read(hostname, labels),
                  (host, failure) -> {
                    if (host == null) {
                      result.completeExceptionally(
                          new TaskRuntimeException("cannot describe this host", true, failure));
                    } else {
                      result.complete(resources == null ? host : host.withResources(resources));
                    }
                  });
          return result;
        });
  }

  @Override
  public CompletionStage<List<String>> list(String nodeId) {
    return call(
        () ->
            CompletableFuture.completedFuture(
                tasks.values().stream()
                    .filter(task -> task.there() && task.nodeId().equals(nodeId))
                    .map(ProcessTask::id)
                    .toList()));
  }

  @Override
  public CompletionStage<Void> prepare(TaskAssignment assignment) {
    return call(
        () ->
            tasks
                .computeIfAbsent(assignment.taskId(), id -> new ProcessTask(id, this))
                .prepare(assignment));
  }

  @Override
  public CompletionStage<Void> start(TaskAssignment assignment) {
    return call(() -> known(assignment.taskId()).start(assignment));
  }

  @Override
  public CompletionStage<TaskExit> awaitExit(TaskAssignment assignment) {
    return call(
        () -> {
          ProcessTask task = known(assignment.taskId());
          task.monitor(assignment);
          return task.exit();
        });
  }

  @Override
  public CompletionStage<Void> stop(TaskAssignment assignment, Duration grace) {
    return call(
        () -> {
          ProcessTask task = tasks.get(assignment.taskId());
          if (task == null) {
            return CompletableFuture.completedFuture(null);
          }
          task.stop(assignment, grace);
          return task.exit().thenApply(exit -> null);
        });
  }

  @Override
  public CompletionStage<Void> remove(String taskId) {
    return call(
        () -> {
          ProcessTask task = tasks.get(taskId);
          return task == null ? CompletableFuture.completedFuture(null) : task.remove();
        });
  }

  @Override
  public CompletionStage<Optional<RuntimeStatus>> inspect(String taskId) {
    return call(
        () ->
            CompletableFuture.completedFuture(
                Optional.ofNullable(tasks.get(taskId))
                    .filter(ProcessTask::there)
                    .map(ProcessTask::status)));
  }

  @Override
  public LogSubscription logs(String taskId, LogOptions options, LogSink sink) {
    AtomicReference<LogStream> opened = new AtomicReference<>();
    CompletionStage<Boolean> opening =
        call(
            () -> {
              ProcessTask task = known(taskId);
              LogStream stream =
                  new LogStream(
                      task.process().stdout(), task.process().stderr(), options, sink, blocking());
              opened.set(stream);
              streams.put(stream, task);
              stream.pump(task.over(), loop.now());
              watch();
              return CompletableFuture.completedFuture(true);
            });
    Stages.onDone(
        opening,
        (done, failure) -> {
          if (failure != null) {
            sink.onEnd(failure);
          }
        });
    return () ->
        loop.execute(
            () -> {
              LogStream stream = opened.get();
              if (stream != null) {
                stream.cancel();
              }
            });
  }

  /** Leaves tasks running; stages that are open fail as temporary. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          TaskRuntimeException reason = closing();
          streams.keySet().forEach(LogStream::cancel);
          tasks.values().forEach(task -> task.abandon(reason));
          done.complete(null);
        });
    if (!loop.inLoop()) {
      environment.awaiter().await(done, CLOSE_LIMIT); // what it waits for never blocks
    }
    loop.close();
  }

  private static TaskRuntimeException closing() {
    return new TaskRuntimeException("the process runtime is closed", true);
  }

  private ProcessTask known(String taskId) {
    ProcessTask task = tasks.get(taskId);
    if (task == null) {
      throw new TaskRuntimeException("there is nothing of task " + taskId + " on this node", false);
    }
    return task;
  }

  private <T> CompletionStage<T> call(Supplier<CompletionStage<T>> call) {
    if (closed) {
      return CompletableFuture.failedStage(closing());
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable work =
        () -> {
          try {
            if (adoptionFailure != null) {
              throw adoptionFailure;
            }
            Stages.relay(call.get(), result);
          } catch (TaskRuntimeException e) {
            result.completeExceptionally(e);
          }
        };
    loop.execute(
        () -> {
          if (beforeAdoption == null) {
            work.run();
          } else {
            beforeAdoption.add(work);
          }
        });
    return result;
  }

  // What the tasks use

  EventLoop loop() {
    return loop;
  }

  Executor blocking() {
    return environment.blocking();
  }

  TimeSource time() {
    return environment.time();
  }

  Supervision supervision() {
    return supervision;
  }

  long logLimit() {
    return logLimit;
  }

  Path directoryOf(String taskId) {
    return directory.resolve(taskId);
  }

  void forget(ProcessTask task) {
    tasks.remove(task.id(), task);
  }

  /** Gives a task's log readers the rest. */
  void pump(ProcessTask task) {
    streams.forEach(
        (stream, of) -> {
          if (of == task) {
            stream.pump(true, loop.now());
          }
        });
  }

  /** Looks after what runs and who reads, again and again while there is something. */
  void watch() {
    if (!watching) {
      watching = true;
      loop.schedule(LOOK_INTERVAL, this::look);
    }
  }

  private void look() {
    watching = false;
    List<ProcessTask> running = tasks.values().stream().filter(ProcessTask::running).toList();
    streams.keySet().removeIf(LogStream::ended);
    if (running.isEmpty() && streams.isEmpty()) {
      return;
    }
    watching = true;
    looks.run(
        () -> observe(running),
        (ends, failure) -> {
          if (ends != null) {
            ends.forEach(ProcessTask::ended);
          }
          streams.forEach((stream, task) -> stream.pump(task.over(), loop.now()));
          loop.schedule(LOOK_INTERVAL, this::look);
        });
  }

  /** Blocks. */
  private static Map<ProcessTask, TaskExit> observe(List<ProcessTask> running) {
    Map<ProcessTask, TaskExit> ends = new LinkedHashMap<>();
    for (ProcessTask task : running) {
      try {
        TaskExit exit = task.process().look();
        if (exit != null) {
          ends.put(task, exit);
        }
      } catch (IOException | RuntimeException e) {
        LOG.atWarn().addKeyValue("task", task.id()).setCause(e).log("cannot look after a task");
      }
    }
    return ends;
  }

  /** Makes {@link ProcessRuntime}. Directory and environment are required. Not thread-safe. */
  public static final class Builder {
    private static final long LOG_LIMIT = 10L << 20;

    private @Nullable Path directory;
    private @Nullable Environment environment;
    private String hostname = "";
    private Map<String, String> labels = Map.of();
    private @Nullable NodeResources resources;
    private long logLimit = LOG_LIMIT;

    private Builder() {}

    /** Where the tasks' files are; made if absent, and of no use to anything else. */
    public Builder directory(Path directory) {
      this.directory = requireNonNull(directory, "directory").toAbsolutePath().normalize();
      return this;
    }

    /** Gives the loop, the clock and the threads for blocking work; not closed with the runtime. */
    public Builder environment(Environment environment) {
      this.environment = requireNonNull(environment, "environment");
      return this;
    }

    /** The name this host describes itself with; by default the machine's. */
    public Builder hostname(String hostname) {
      this.hostname = requireNonNull(hostname, "hostname");
      return this;
    }

    /** Labels of the engine. */
    public Builder labels(Map<String, String> labels) {
      this.labels = Map.copyOf(labels);
      return this;
    }

    /** What this host says it has; by default all CPUs and memory of the machine. */
    public Builder resources(NodeResources resources) {
      this.resources = requireNonNull(resources, "resources");
      return this;
    }

    /** Bytes of output after which a stream's file is put aside, replacing the one before. */
    public Builder logLimit(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("log limit " + bytes + " is not positive");
      }
      this.logLimit = bytes;
      return this;
    }

    /** Opens the runtime; what an earlier one left is found in the background. */
    public ProcessRuntime build() {
      return new ProcessRuntime(
          this,
          requireNonNull(directory, "set directory(...)"),
          requireNonNull(environment, "set environment(...)"));
    }
  }
}
