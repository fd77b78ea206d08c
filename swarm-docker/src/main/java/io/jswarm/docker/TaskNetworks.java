// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.google.common.collect.Iterables;
import io.jswarm.TaskRuntimeException;
import io.jswarm.model.NetworkAttachment;
import io.jswarm.model.NetworkAttachmentConfig;
import io.jswarm.spi.TaskAssignment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Networks of the engine a task is put on: {@code bridge} when it asks for none, {@code host} and
 * {@code none}, and such as an operator made on the engine. Overlay networks between nodes are not
 * made here.
 *
 * @param aliases by name of the network, the task's further names there
 */
record TaskNetworks(Map<String, List<String>> aliases) {
  /** Reached by published ports, never a network of the container (S13.3). */
  private static final String INGRESS = "ingress";

  private static final List<String> PREDEFINED = List.of("bridge", "host", "none", "default");

  static TaskNetworks of(TaskAssignment assignment) {
    Map<String, List<String>> networks = new LinkedHashMap<>();
    for (NetworkAttachment attachment : assignment.task().networks()) {
      if (!attachment.networkName().equals(INGRESS)) {
        networks.put(attachment.networkName(), attachment.aliases());
      }
    }
    if (assignment.task().networks().isEmpty()) {
      for (NetworkAttachmentConfig wish : assignment.task().spec().networks()) {
        networks.put(wish.target(), wish.aliases());
      }
    }
    return new TaskNetworks(networks);
  }

  /** Adds the first network to a create request; blocks. */
  void describe(ObjectNode request, DockerClient calls) {
    for (String name : aliases.keySet()) {
      if (!PREDEFINED.contains(name) && !exists(name, calls)) {
        throw new TaskRuntimeException(
            "network "
                + name
                + " is not on this engine; create it there (docker network create "
                + name
                + ") or leave it out",
            false);
      }
    }
    for (String first : Iterables.limit(aliases.keySet(), 1)) {
      request.withObject("/HostConfig").put("NetworkMode", first);
      if (!PREDEFINED.contains(first)) {
        ObjectNode endpoint = JsonNodeFactory.instance.objectNode();
        ContainerRequest.set(endpoint, "Aliases", aliases.getOrDefault(first, List.of()));
        request.putObject("NetworkingConfig").putObject("EndpointsConfig").set(first, endpoint);
      }
    }
  }

  /**
   * Connects a created container to the networks after the first, as older engines take only one
   * with the request; blocks.
   */
  void connectOthers(String containerId, DockerClient calls) {
    for (String name : Iterables.skip(aliases.keySet(), 1)) {
      try {
        calls
            .connectToNetworkCmd()
            .withContainerId(containerId)
            .withNetworkId(name)
            .withContainerNetwork(
                new ContainerNetwork().withAliases(aliases.getOrDefault(name, List.of())))
            .exec();
      } catch (DockerException e) {
        // Connected by an earlier attempt.
        if (!EngineFailures.reason(e).contains("already exists in network")) {
          throw e;
        }
      }
    }
  }

  private static boolean exists(String name, DockerClient calls) {
    try {
      calls.inspectNetworkCmd().withNetworkId(name).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }
}
