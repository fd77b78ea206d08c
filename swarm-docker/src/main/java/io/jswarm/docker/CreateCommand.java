// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.core.command.CreateContainerCmdImpl;

/**
 * docker-java's create command with a body of our own, as its own lacks several options of Swarm's:
 * propagation details of binds, volume subpaths, free names of capabilities and log drivers.
 */
final class CreateCommand extends CreateContainerCmdImpl {
  private static final long serialVersionUID = 1L;

  private final transient ObjectNode body;

  CreateCommand(CreateContainerCmd.Exec execution, String name, ObjectNode body) {
    super(execution, null, body.path("Image").asText());
    this.body = body;
    withName(name);
  }

  /** What is sent instead of this object's own fields. */
  @JsonValue
  ObjectNode body() {
    return body;
  }
}
