// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DefaultDockerCmdExecFactory;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to one engine: where it is, how calls to it run, and what their failures mean.
 * Thread-safe.
 */
final class EngineClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineClient.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final Executor blocking;
  private final EventLoop loop;
  private final Duration callTimeout;
  private final DefaultDockerCmdExecFactory commands;
  private final DockerClient calls;
  private final DockerClient streams;
  private final EngineFailures failures;
  private volatile boolean closed;

  /**
   * Does not connect yet.
   *
   * @param callTimeout how long one call may take
   * @param blocking runs the calls
   * @param loop times them
   */
  EngineClient(DockerClientConfig config, Duration callTimeout, Executor blocking, EventLoop loop) {
    this.blocking = blocking;
    this.loop = loop;
    this.callTimeout = callTimeout;
    DockerHttpClient http = transport(config, callTimeout);
    this.calls = DockerClientImpl.getInstance(config, http);
    this.commands = new DefaultDockerCmdExecFactory(http, config.getObjectMapper());
    commands.init(config);
    this.streams = DockerClientImpl.getInstance(config, transport(config, null));
    this.failures = new EngineFailures(config.getDockerHost().toString());
  }

  /**
   * Where the engine is.
   *
   * @param host as in {@code DOCKER_HOST}; null = what the environment says, as for the docker CLI
   * @throws IllegalArgumentException if that is no address
   */
  static DockerClientConfig config(@Nullable String host) {
    DefaultDockerClientConfig.Builder config =
        DefaultDockerClientConfig.createDefaultConfigBuilder();
    if (host != null) {
      config.withDockerHost(host);
    }
    try {
      return config.build();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "not the address of a Docker Engine, such as unix:///var/run/docker.sock: "
              + (host == null ? "DOCKER_HOST or the docker context" : host),
          e);
    }
  }

  private static DockerHttpClient transport(
      DockerClientConfig config, @Nullable Duration responseTimeout) {
    ZerodepDockerHttpClient.Builder builder =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .maxConnections(Integer.MAX_VALUE)
            .connectionTimeout(CONNECT_TIMEOUT);
    if (responseTimeout != null) {
      builder.responseTimeout(responseTimeout);
    }
    return builder.build();
  }

  /**
   * Runs a request off the caller's thread.
   *
   * @param what words for "cannot …" in the failure's message
   * @return fails with {@link TaskRuntimeException} only
   */
  <T extends @Nullable Object> CompletableFuture<T> call(String what, Callable<T> request) {
    EngineCall<T> call =
        new EngineCall<>(request, error -> failure(what, error), loop, callTimeout);
    try {
      blocking.execute(call);
    } catch (RejectedExecutionException e) {
      call.result().completeExceptionally(failure(what, e));
    }
    return call.result();
  }

  /** As {@link #call}, for a request without a result. */
  CompletableFuture<Void> run(String what, Runnable request) {
    return call(
        what,
        () -> {
          request.run();
          return null;
        });
  }

  /** What a failed call means to the task it was for. */
  TaskRuntimeException failure(String what, Throwable error) {
    return closed ? failures.closed(what, error) : failures.explain(what, error);
  }

  /** For calls that end by themselves; blocks. */
  DockerClient calls() {
    return calls;
  }

  /** For streams that may be silent for as long as they like; each has a thread of docker-java. */
  DockerClient streams() {
    return streams;
  }

  /** The engine's newest API version, such as 1.41; blocks. */
  String apiVersion() {
    return String.valueOf(calls.versionCmd().exec().getApiVersion());
  }

  /** Creates a container from a body of our own; blocks. */
  void createContainer(String name, ObjectNode body) {
    new CreateCommand(commands.createCreateContainerCmdExec(), name, body).exec();
  }

  @Override
  public void close() {
    closed = true;
    for (DockerClient client : new DockerClient[] {calls, streams}) {
      try {
        client.close();
      } catch (IOException e) {
        LOG.atDebug().setCause(e).log("closing a connection to the engine failed");
      }
    }
  }
}
