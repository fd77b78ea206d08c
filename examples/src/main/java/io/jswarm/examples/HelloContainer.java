// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.jswarm.SwarmNode;
import io.jswarm.docker.DockerRuntime;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;

/** {@link HelloServer} as containers of a Docker Engine, from an image that is built here. */
final class HelloContainer implements HelloApp {
  private static final String IMAGE = "jswarm-quick-start/hello:1";

  private final URI engine;
  private final DockerClient client;
  private boolean closed;

  HelloContainer() {
    DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder().build();
    engine = config.getDockerHost();
    client =
        DockerClientImpl.getInstance(
            config, new ZerodepDockerHttpClient.Builder().dockerHost(engine).build());
  }

  @Override
  public String title() {
    return "containers of the Docker Engine at " + engine;
  }

  @Override
  public void prepare(Narrator narrator) {
    try {
      client.pingCmd().exec();
    } catch (RuntimeException e) {
      throw new CheckFailed(
          "no Docker Engine answers at " + engine + "; start one, or set DOCKER_HOST");
    }
    narrator.step("Build an image from nothing: a small Java runtime and one class");
    long bytes = ScratchImage.build(client, IMAGE);
    narrator.say("%s, %d MB".formatted(IMAGE, bytes >> 20));
  }

  @Override
  public SwarmNode.Builder equip(SwarmNode.Builder node) {
    return node.runtime(DockerRuntime.builder().build());
  }

  @Override
  public ServiceSpecBuilder program(ServiceSpecBuilder service) {
    return service.image(IMAGE);
  }

  @Override
  public String host() {
    return engine.getHost() == null ? "127.0.0.1" : engine.getHost();
  }

  @Override
  public void kill(Task task) {
    ContainerStatus container = task.status().container();
    if (container == null) {
      throw new CheckFailed("the cluster does not say which container is task " + task.id());
    }
    client.killContainerCmd(container.containerId()).withSignal("SIGKILL").exec();
  }

  @Override
  public List<String> leftovers() {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withAncestorFilter(List.of(IMAGE))
        .exec()
        .stream()
        .map(container -> "container " + Arrays.toString(container.getNames()))
        .toList();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (client) {
      client.removeImageCmd(IMAGE).exec();
    } catch (DockerException e) {
      // It was not built.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
