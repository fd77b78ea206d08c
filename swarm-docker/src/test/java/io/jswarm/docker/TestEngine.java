// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The engine itself, past the runtime under test. */
final class TestEngine implements AutoCloseable {
  private final DockerClient client;

  private TestEngine(DockerClientConfig config) {
    client =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  /** The engine of {@code DOCKER_HOST}, with the test image. */
  static TestEngine open() {
    return open(DefaultDockerClientConfig.createDefaultConfigBuilder());
  }

  /** The engine at an address, with the test image. */
  static TestEngine open(String host) {
    return open(DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(host));
  }

  private static TestEngine open(DefaultDockerClientConfig.Builder config) {
    TestEngine engine = new TestEngine(config.build());
    BusyboxImage.provide(engine.client);
    return engine;
  }

  DockerClient client() {
    return client;
  }

  /** Containers of a node's tasks. */
  List<Container> containers(String nodeId) {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of("com.docker.swarm.node.id", nodeId))
        .exec();
  }

  /** The only container of a task. */
  InspectContainerResponse container(String taskId) {
    List<Container> containers =
        client
            .listContainersCmd()
            .withShowAll(true)
            .withLabelFilter(Map.of("com.docker.swarm.task.id", taskId))
            .exec();
    if (containers.size() != 1) {
      throw new AssertionError("containers of " + taskId + ": " + containers);
    }
    return client.inspectContainerCmd(containers.get(0).getId()).exec();
  }

  /** Names of all volumes. */
  Set<String> volumes() {
    Set<String> names = new TreeSet<>();
    List<InspectVolumeResponse> volumes = client.listVolumesCmd().exec().getVolumes();
    if (volumes != null) {
      volumes.forEach(volume -> names.add(volume.getName()));
    }
    return names;
  }

  void kill(String taskId) {
    client.killContainerCmd(container(taskId).getId()).withSignal("SIGKILL").exec();
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
