// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.model.NodeDescription;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.spi.TaskRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The runtime of an engine that is not there. */
final class AbsentRuntime implements TaskRuntime {
  private boolean closed;

  boolean isClosed() {
    return closed;
  }

  private static <T> CompletionStage<T> absent() {
    return CompletableFuture.failedStage(new TaskRuntimeException("no engine answers", true));
  }

  @Override
  public String name() {
    return "absent";
  }

  @Override
  public CompletionStage<NodeDescription> describe() {
    return absent();
  }

  @Override
  public CompletionStage<List<String>> list(String nodeId) {
    return absent();
  }

  @Override
  public CompletionStage<Void> prepare(TaskAssignment assignment) {
    return absent();
  }

  @Override
  public CompletionStage<Void> start(TaskAssignment assignment) {
    return absent();
  }

  @Override
  public CompletionStage<TaskExit> awaitExit(TaskAssignment assignment) {
    return absent();
  }

  @Override
  public CompletionStage<Void> stop(TaskAssignment assignment, Duration grace) {
    return absent();
  }

  @Override
  public CompletionStage<Void> remove(String taskId) {
    return absent();
  }

  @Override
  public CompletionStage<Optional<RuntimeStatus>> inspect(String taskId) {
    return absent();
  }

  @Override
  public LogSubscription logs(String taskId, LogOptions options, LogSink sink) {
    sink.onEnd(new TaskRuntimeException("no engine answers", true));
    return () -> {};
  }

  @Override
  public void close() {
    closed = true;
  }
}
