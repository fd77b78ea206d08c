// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import com.google.common.collect.Iterables;
import io.jswarm.model.Cluster;
import io.jswarm.model.Config;
import io.jswarm.model.Kind;
import io.jswarm.model.Network;
import io.jswarm.model.Node;
import io.jswarm.model.Secret;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * All tables of one state.
 *
 * @param tables one per {@link Kind}, in its order
 */
record Tables(long version, List<Table<? extends StoreObject>> tables) implements ReadView {
  static Tables empty() {
    return empty(0);
  }

  static Tables empty(long version) {
    List<Table<? extends StoreObject>> tables = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      tables.add(
          switch (kind) {
            case CLUSTER, SERVICE, NETWORK, SECRET, CONFIG -> Table.named();
            case NODE -> Table.of(List.of());
            case TASK -> Table.of(List.of(Index.SERVICE, Index.NODE));
          });
    }
    return new Tables(version, List.copyOf(tables));
  }

  /** A state of which only one kind's table is looked at. */
  static Tables only(long version, Kind kind, Table<? extends StoreObject> table) {
    return new Tables(version, Collections.nCopies(kind.ordinal() + 1, table));
  }

  /** The caller names the kind and its type together; nothing else puts objects into tables. */
  @SuppressWarnings("unchecked")
  <T extends StoreObject> Table<T> table(Kind kind) {
    return (Table<T>) tables.get(kind.ordinal());
  }

  /** The same but for one kind. */
  Tables with(Kind kind, Table<? extends StoreObject> table) {
    List<Table<? extends StoreObject>> changed = new ArrayList<>(tables);
    changed.set(kind.ordinal(), table);
    return new Tables(version, List.copyOf(changed));
  }

  /** All tasks, those of a service together, those without one at the end. */
  Iterable<Task> tasksByService() {
    return Iterables.concat(
        taskTable().index(TaskRange.BY_SERVICE),
        Iterables.filter(tasks(), task -> !task.hasService()));
  }

  private Table<Task> taskTable() {
    return table(Kind.TASK);
  }

  @Override
  public Optional<? extends StoreObject> get(Kind kind, String id) {
    return Optional.ofNullable(table(kind).get(id));
  }

  @Override
  public Iterable<? extends StoreObject> all(Kind kind) {
    return table(kind).index(0);
  }

  @Override
  public int count(Kind kind) {
    return table(kind).size();
  }

  @Override
  public Optional<? extends StoreObject> byName(Kind kind, String name) {
    if (kind == Kind.NODE || kind == Kind.TASK) {
      throw new IllegalArgumentException(kind + " names are not unique");
    }
    return Optional.ofNullable(table(kind).byName(name));
  }

  @Override
  public Optional<Cluster> cluster() {
    Iterator<Cluster> clusters = this.<Cluster>table(Kind.CLUSTER).index(0).iterator();
    return clusters.hasNext() ? Optional.of(clusters.next()) : Optional.empty();
  }

  @Override
  public Optional<Node> node(String id) {
    return Optional.ofNullable(this.<Node>table(Kind.NODE).get(id));
  }

  @Override
  public Iterable<Node> nodes() {
    return this.<Node>table(Kind.NODE).index(0);
  }

  @Override
  public Optional<Service> service(String id) {
    return Optional.ofNullable(this.<Service>table(Kind.SERVICE).get(id));
  }

  @Override
  public Iterable<Service> services() {
    return this.<Service>table(Kind.SERVICE).index(0);
  }

  @Override
  public Optional<Task> task(String id) {
    return Optional.ofNullable(taskTable().get(id));
  }

  @Override
  public Iterable<Task> tasks() {
    return taskTable().index(0);
  }

  @Override
  public Iterable<Task> tasksAfter(String id) {
    return taskTable()
        .index(0)
        .from(Order.prefix(id), task -> task.id().compareTo(id) <= 0 ? -1 : 0);
  }

  @Override
  public Iterable<Task> tasksOfService(String serviceId) {
    return range(TaskRange.ofService(serviceId));
  }

  @Override
  public Iterable<Task> tasksOfSlot(String serviceId, int slot) {
    return range(TaskRange.ofSlot(serviceId, slot));
  }

  @Override
  public Iterable<Task> tasksOfNode(String nodeId) {
    return range(TaskRange.ofNode(nodeId));
  }

  private Iterable<Task> range(TaskRange range) {
    return taskTable().index(range.index()).range(range.tasks());
  }

  @Override
  public Optional<Network> network(String id) {
    return Optional.ofNullable(this.<Network>table(Kind.NETWORK).get(id));
  }

  @Override
  public Optional<Secret> secret(String id) {
    return Optional.ofNullable(this.<Secret>table(Kind.SECRET).get(id));
  }

  @Override
  public Optional<Config> config(String id) {
    return Optional.ofNullable(this.<Config>table(Kind.CONFIG).get(id));
  }
}
