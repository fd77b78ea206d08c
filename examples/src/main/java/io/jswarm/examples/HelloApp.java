// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import io.jswarm.SwarmNode;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import java.util.List;

/**
 * {@link HelloServer} in one of the forms a cluster can run it. The story is the same for all of
 * them; what differs is here. Used by one thread.
 */
interface HelloApp extends AutoCloseable {
  /** The port the program listens on, as the service's spec calls it. */
  int PORT = 8080;

  /** Where the tasks run, for the headline. */
  String title();

  /** Makes what the nodes need to run the program; may take some seconds. */
  void prepare(Narrator narrator);

  /** Gives a node what it runs tasks with. */
  SwarmNode.Builder equip(SwarmNode.Builder node);

  /** Says in the service's spec what to run. */
  ServiceSpecBuilder program(ServiceSpecBuilder service);

  /** The address at which the ports of the tasks can be reached. */
  String host();

  /** Kills what runs for a task, past the cluster, as an accident would. */
  void kill(Task task);

  /** What is left of the tasks on this machine, a line each. */
  List<String> leftovers();

  /** Removes what {@link #prepare} made. Idempotent. */
  @Override
  void close();
}
