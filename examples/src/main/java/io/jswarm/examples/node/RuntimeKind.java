// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.SwarmNode;
import io.jswarm.docker.DockerRuntime;
import io.jswarm.loop.Environment;
import io.jswarm.runtime.SimulatedHost;

/** What a node runs its tasks with. */
enum RuntimeKind {
  /** Processes of this machine, without isolation. */
  PROCESS,
  /** Nothing really runs; for trying out the cluster itself. */
  SIMULATED,
  /** Containers of the Docker Engine that DOCKER_HOST or the docker context name. */
  DOCKER;

  /** Gives the node its runtime. The node closes it, the caller the environment. */
  void equip(SwarmNode.Builder node, Environment environment, String hostname) {
    switch (this) {
      case PROCESS -> {} // what a node does by itself
      case SIMULATED ->
          node.runtime(SimulatedHost.builder(environment).hostname(hostname).build().runtime());
      case DOCKER -> node.runtime(DockerRuntime.builder().environment(environment).build());
    }
  }
}
