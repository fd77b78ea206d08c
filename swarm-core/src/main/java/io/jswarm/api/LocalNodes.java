// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.MEMBERSHIP;
import static io.jswarm.api.Filter.Key.NAME;
import static io.jswarm.api.Filter.Key.NODE_LABEL;
import static io.jswarm.api.Filter.Key.ROLE;

import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.SpecValidation;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Nodes over the local store (S12.4). */
final class LocalNodes implements Swarm.Nodes {
  private final Calls calls;

  LocalNodes(Calls calls) {
    this.calls = calls;
  }

  @Override
  public Reply<List<Node>> list(Filter filter) {
    return calls.read(
        view -> {
          filter.requireOnly("nodes", Set.of(ID, NAME, LABEL, NODE_LABEL, ROLE, MEMBERSHIP));
          return Lookup.NODES.all(view, node -> matches(filter, node));
        });
  }

  private static boolean matches(Filter filter, Node node) {
    return filter.prefix(ID, node.id())
        && filter.prefix(NAME, node.description().hostname())
        && filter.labels(LABEL, node.description().engine().labels())
        && filter.labels(NODE_LABEL, node.spec().labels())
        && filter.equal(ROLE, node.role().name())
        && filter.equal(MEMBERSHIP, node.spec().membership().name());
  }

  @Override
  public Reply<Node> inspect(String idOrName) {
    return calls.read(view -> Lookup.NODES.one(view, idOrName));
  }

  @Override
  public Reply<Node> update(String idOrName, long version, NodeSpec spec) {
    return calls.submit(new NodeWrites.Update(idOrName, version, spec));
  }

  @Override
  public Reply<Node> update(String idOrName, UnaryOperator<NodeSpec> change) {
    return calls.modify(
        tx -> {
          Node node = Lookup.NODES.one(tx, idOrName);
          NodeSpec spec = change.apply(node.spec());
          SpecValidation.require(spec);
          return NodeWrites.update(tx, calls.local(), node, spec);
        },
        view -> {
          Node node = Lookup.NODES.one(view, idOrName);
          return new NodeWrites.Update(node.id(), node.meta().version(), change.apply(node.spec()));
        });
  }

  @Override
  public Reply<Node> promote(String idOrName) {
    return calls.submit(new NodeWrites.SetRole(idOrName, NodeRole.MANAGER));
  }

  @Override
  public Reply<Node> demote(String idOrName) {
    return calls.submit(new NodeWrites.SetRole(idOrName, NodeRole.WORKER));
  }

  @Override
  public Reply<Node> drain(String idOrName) {
    return availability(idOrName, NodeAvailability.DRAIN);
  }

  @Override
  public Reply<Node> pause(String idOrName) {
    return availability(idOrName, NodeAvailability.PAUSE);
  }

  @Override
  public Reply<Node> activate(String idOrName) {
    return availability(idOrName, NodeAvailability.ACTIVE);
  }

  private Reply<Node> availability(String idOrName, NodeAvailability availability) {
    return update(idOrName, spec -> spec.toBuilder().availability(availability).build());
  }

  @Override
  public Reply<Node> remove(String idOrName, boolean force) {
    return calls.submit(new NodeWrites.Remove(idOrName, force));
  }
}
