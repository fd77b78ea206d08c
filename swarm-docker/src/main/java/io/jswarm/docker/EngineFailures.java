// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import com.google.common.base.Throwables;
import io.jswarm.TaskRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Tells what a failed call means: the task cannot run, or the engine is not there and trying again
 * may help.
 *
 * @param endpoint where the engine is looked for; every message about its absence names it
 */
record EngineFailures(String endpoint) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What an engine answers while it, or its containerd, goes down. */
  private static final List<String> GOING_DOWN =
      List.of("context canceled", "containerd.sock", "transport is closing", "shutting down");

  TaskRuntimeException explain(String what, Throwable error) {
    for (Throwable cause : Throwables.getCausalChain(error)) {
      if (cause instanceof TaskRuntimeException known) {
        return known;
      }
      if (cause instanceof DockerException refusal) {
        return refused(what, refusal);
      }
    }
    for (Throwable cause : Throwables.getCausalChain(error)) {
      if (cause instanceof IOException) {
        return unreachable(what, cause, error);
      }
    }
    if (error instanceof RejectedExecutionException) {
      return closed(what, error);
    }
    return new TaskRuntimeException("cannot " + what + ": " + error, false, error);
  }

  TaskRuntimeException closed(String what, Throwable error) {
    return new TaskRuntimeException("cannot " + what + ": the runtime is closed", true, error);
  }

  private TaskRuntimeException refused(String what, DockerException error) {
    String reason = reason(error);
    boolean temporary = GOING_DOWN.stream().anyMatch(reason::contains);
    return new TaskRuntimeException("cannot " + what + ": " + reason, temporary, error);
  }

  private TaskRuntimeException unreachable(String what, Throwable cause, Throwable error) {
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String advice =
        reason.contains("Permission denied")
            ? "let this user use the socket, for example as a member of the group docker"
            : "start it, or name another by DOCKER_HOST or DockerRuntime.builder().host(…)";
    return new TaskRuntimeException(
        "cannot "
            + what
            + ": no Docker Engine answers at "
            + endpoint
            + " ("
            + reason
            + "); "
            + advice,
        true,
        error);
  }

  /** The engine's own words, without docker-java's and JSON's wrapping. */
  static String reason(DockerException error) {
    String message = String.valueOf(error.getMessage());
    int brace = message.indexOf('{');
    if (brace >= 0) {
      try {
        JsonNode text = JSON.readTree(message.substring(brace)).path("message");
        if (text.isTextual()) {
          return text.asText().strip();
        }
      } catch (JsonProcessingException e) {
        // Not from the engine, but from a proxy before it: shown as it came.
        return message.strip();
      }
    }
    return message.strip();
  }
}
