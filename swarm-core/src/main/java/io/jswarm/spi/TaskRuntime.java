// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.model.ContainerStatus;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.PortConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of one node: as containers, as processes, or simulated.
 *
 * <p>All methods return at once; their stages complete on any thread, and fail with {@link
 * io.jswarm.TaskRuntimeException}, whose {@code temporary()} says whether trying again may help.
 * All are idempotent: repeating a step that was done succeeds. For one task the caller has at most
 * one of prepare/start open, but {@link #stop} and {@link #remove} may come at any time and make an
 * open prepare or start fail soon (S9.6, C9.17).
 *
 * <p>What runs survives the agent: after an agent restart {@link #list} tells what is there and
 * {@link #awaitExit} attaches to it again. Thread-safe.
 */
public interface TaskRuntime extends AutoCloseable {
  /** Name for logs and configuration: {@code process}, {@code docker}, {@code simulated}. */
  String name();

  /** The host: platform, CPUs, memory, engine and its plugins and labels. */
  CompletionStage<NodeDescription> describe();

  /**
   * Ids of all tasks of {@code nodeId} that have something here: created, running or ended, but not
   * removed.
   */
  CompletionStage<List<String>> list(String nodeId);

  /** Makes everything ready so that start is quick: pulls the image, creates the container. */
  CompletionStage<Void> prepare(TaskAssignment assignment);

  /**
   * Starts it; completes when it runs, with a health check when it is first healthy (S9.7), or when
   * it has ended by itself before that, which {@link #awaitExit} tells. Fails when it turns
   * unhealthy instead. A task that ran once is not run again.
   */
  CompletionStage<Void> start(TaskAssignment assignment);

  /**
   * Completes when the started task has ended, by itself, by {@link #stop}, or behind our back. A
   * task that turns unhealthy is stopped and reported with {@code error} set. Fails for a task of
   * which there is nothing here.
   */
  CompletionStage<TaskExit> awaitExit(TaskAssignment assignment);

  /**
   * Sends the stop signal, and kills what is left after {@code grace}. Completes when nothing of
   * the task runs. Does nothing when the task is unknown or has ended; one that was not started yet
   * never will be. Asking again with a shorter grace shortens it.
   */
  CompletionStage<Void> stop(TaskAssignment assignment, Duration grace);

  /** Kills what still runs and deletes all traces of the task but its logs' readers. */
  CompletionStage<Void> remove(String taskId);

  /** What can be said now about a task here; empty when there is nothing of it. */
  CompletionStage<Optional<RuntimeStatus>> inspect(String taskId);

  /**
   * Streams the task's output to {@code sink}, in order per stream, until the end of what is there,
   * or with {@code follow} until the task ends.
   */
  LogSubscription logs(String taskId, LogOptions options, LogSink sink);

  /**
   * Releases connections and threads. Leaves tasks running: removing them is the agent's decision.
   */
  @Override
  void close();

  /**
   * How a task ended.
   *
   * @param exitCode 0–255; 128+n for signal n; −1 when it cannot be known any more
   * @param error empty when it just exited; else why it was ended, such as {@code unhealthy}
   */
  record TaskExit(int exitCode, String error) {}

  /**
   * A task as the runtime sees it.
   *
   * @param ports host ports really bound
   */
  record RuntimeStatus(ContainerStatus container, boolean running, List<PortConfig> ports) {
    public RuntimeStatus {
      ports = List.copyOf(ports);
    }
  }

  /** Which lines of output are wanted. */
  record LogOptions(
      boolean stdout, boolean stderr, boolean follow, int tail, @Nullable Instant since) {
    /** Everything there is, both streams, without following. */
    public static final LogOptions ALL = new LogOptions(true, true, false, -1, null);
  }

  /** One line of output, without its line end. */
  record LogLine(boolean stderr, Instant timestamp, String text) {}

  /** Receives output, from one thread at a time. */
  interface LogSink {
    /** A line. */
    void onLine(LogLine line);

    /**
     * The end; {@code error} is null when all was read. Called exactly once, and nothing after it.
     */
    void onEnd(@Nullable Throwable error);
  }

  /** An open log stream. */
  @FunctionalInterface
  interface LogSubscription {
    /** Ends the stream early; {@code onEnd} is still called. */
    void cancel();
  }
}
