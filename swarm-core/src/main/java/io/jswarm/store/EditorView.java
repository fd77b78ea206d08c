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
 * Reads through editors: single objects directly, ranges of tasks as copies, everything else from a
 * frozen table, so that iteration stays valid. After a freeze the next changes cost more.
 */
abstract class EditorView implements ReadView {
  private final Editors editors;

  EditorView(Editors editors) {
    this.editors = editors;
  }

  private Tables frozen(Kind kind) {
    return Tables.only(version(), kind, editors.table(kind));
  }

  @Override
  public Optional<? extends StoreObject> get(Kind kind, String id) {
    return Optional.ofNullable(editors.get(kind, id));
  }

  @Override
  public Iterable<? extends StoreObject> all(Kind kind) {
    return frozen(kind).all(kind);
  }

  @Override
  public int count(Kind kind) {
    return frozen(kind).count(kind);
  }

  @Override
  public Optional<? extends StoreObject> byName(Kind kind, String name) {
    return frozen(kind).byName(kind, name);
  }

  @Override
  public Optional<Cluster> cluster() {
    return frozen(Kind.CLUSTER).cluster();
  }

  @Override
  public Optional<Node> node(String id) {
    return get(Kind.NODE, id).map(Node.class::cast);
  }

  @Override
  public Iterable<Node> nodes() {
    return frozen(Kind.NODE).nodes();
  }

  @Override
  public Optional<Service> service(String id) {
    return get(Kind.SERVICE, id).map(Service.class::cast);
  }

  @Override
  public Iterable<Service> services() {
    return frozen(Kind.SERVICE).services();
  }

  @Override
  public Optional<Task> task(String id) {
    return get(Kind.TASK, id).map(Task.class::cast);
  }

  @Override
  public Iterable<Task> tasks() {
    return frozen(Kind.TASK).tasks();
  }

  @Override
  public Iterable<Task> tasksAfter(String id) {
    return frozen(Kind.TASK).tasksAfter(id);
  }

  @Override
  public Iterable<Task> tasksOfService(String serviceId) {
    return editors.list(TaskRange.ofService(serviceId));
  }

  @Override
  public Iterable<Task> tasksOfSlot(String serviceId, int slot) {
    return editors.list(TaskRange.ofSlot(serviceId, slot));
  }

  @Override
  public Iterable<Task> tasksOfNode(String nodeId) {
    return editors.list(TaskRange.ofNode(nodeId));
  }

  @Override
  public Optional<Network> network(String id) {
    return get(Kind.NETWORK, id).map(Network.class::cast);
  }

  @Override
  public Optional<Secret> secret(String id) {
    return get(Kind.SECRET, id).map(Secret.class::cast);
  }

  @Override
  public Optional<Config> config(String id) {
    return get(Kind.CONFIG, id).map(Config.class::cast);
  }
}
