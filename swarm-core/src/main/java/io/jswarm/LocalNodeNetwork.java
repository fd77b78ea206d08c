// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.membership.NewCluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.transport.LocalNetwork;
import java.util.List;
import java.util.Optional;

/** Nodes of one process, which trust each other: no port, no certificates. */
final class LocalNodeNetwork implements NodeNetwork {
  private final LocalNetwork network;
  private final String nodeId;
  private final boolean begins;
  private volatile NodeRole role;
  private volatile List<String> managers;

  /**
   * A node's view of the network.
   *
   * @param managers of the cluster that the node joins; none if it begins one
   */
  LocalNodeNetwork(LocalNetwork network, String nodeId, NodeRole role, List<String> managers) {
    this.network = network;
    this.nodeId = nodeId;
    this.role = role;
    this.begins = managers.isEmpty();
    this.managers = begins ? List.of(address()) : List.copyOf(managers);
  }

  /** Where the manager of a node is reached within the process. */
  static String addressOf(String nodeId) {
    return "manager-" + nodeId;
  }

  @Override
  public LocalNetwork transport() {
    return network;
  }

  @Override
  public String nodeId() {
    return nodeId;
  }

  @Override
  public NodeRole role() {
    return role;
  }

  @Override
  public String address() {
    return addressOf(nodeId);
  }

  @Override
  public List<String> managers() {
    return managers;
  }

  @Override
  public void managers(List<String> addresses) {
    managers = List.copyOf(addresses);
  }

  @Override
  public Optional<NewCluster> newCluster(ClusterSpec spec) {
    return begins ? Optional.of(NewCluster.local(spec)) : Optional.empty();
  }

  @Override
  public boolean isCurrent(Node node) {
    return role == node.role();
  }

  @Override
  public boolean renew(Node node) {
    boolean changed = role != node.role();
    role = node.role();
    return changed;
  }

  @Override
  public void close() {}
}
