// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Cluster;
import io.jswarm.model.Config;
import io.jswarm.model.Kind;
import io.jswarm.model.Network;
import io.jswarm.model.Node;
import io.jswarm.model.Secret;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import java.util.Optional;

/**
 * Looks at one state of the store. A view from {@link Store#view()} never changes and may be used
 * on any thread; a {@link Tx} shows its own changes too. Iterables are in a fixed order and stay
 * valid when the transaction goes on.
 */
public interface ReadView {
  /** Version of this state: that of the last transaction in it. */
  long version();

  /** The object of that kind and id. */
  Optional<? extends StoreObject> get(Kind kind, String id);

  /** All objects of a kind, by id. */
  Iterable<? extends StoreObject> all(Kind kind);

  /** How many objects of a kind there are. */
  int count(Kind kind);

  /**
   * The object of that kind and name, case-insensitively; only for kinds with unique names (S1.1).
   */
  Optional<? extends StoreObject> byName(Kind kind, String name);

  /** The one cluster object, once it has been created. */
  Optional<Cluster> cluster();

  /** A node by id. */
  Optional<Node> node(String id);

  /** All nodes, by id. */
  Iterable<Node> nodes();

  /** A service by id. */
  Optional<Service> service(String id);

  /** All services, by id. */
  Iterable<Service> services();

  /** A task by id. */
  Optional<Task> task(String id);

  /** All tasks, by id. */
  Iterable<Task> tasks();

  /** The tasks whose ids come after this one, by id. */
  Iterable<Task> tasksAfter(String id);

  /** Tasks of a service, by slot, then node, then id; none for the empty id. */
  Iterable<Task> tasksOfService(String serviceId);

  /** Tasks of one slot of a service, by node, then id. */
  Iterable<Task> tasksOfSlot(String serviceId, int slot);

  /** Tasks bound to a node, by id; none for the empty id. */
  Iterable<Task> tasksOfNode(String nodeId);

  /** A network by id. */
  Optional<Network> network(String id);

  /** A secret by id. */
  Optional<Secret> secret(String id);

  /** A config by id. */
  Optional<Config> config(String id);
}
