// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;

/**
 * What operators can set on a node. The canonical constructor is not API: use {@link #worker()} or
 * {@link #manager()} and {@link #toBuilder()}.
 *
 * @param name empty unless given; need not be unique
 * @param labels {@code node.labels.*} in constraints
 * @param desiredRole intent; {@link Node#role()} is what holds
 */
public record NodeSpec(
    String name,
    Map<String, String> labels,
    NodeRole desiredRole,
    NodeMembership membership,
    NodeAvailability availability) {
  public NodeSpec {
    requireNonNull(name, "name");
    labels = SortedValues.copyOf(labels);
    requireNonNull(desiredRole, "desiredRole");
    requireNonNull(membership, "membership");
    requireNonNull(availability, "availability");
  }

  private static final NodeSpec WORKER =
      new NodeSpec("", Map.of(), NodeRole.WORKER, NodeMembership.ACCEPTED, NodeAvailability.ACTIVE);
  private static final NodeSpec MANAGER =
      new NodeSpec(
          "", Map.of(), NodeRole.MANAGER, NodeMembership.ACCEPTED, NodeAvailability.ACTIVE);

  /** An accepted, active worker without labels. */
  public static NodeSpec worker() {
    return WORKER;
  }

  /** An accepted, active manager without labels. */
  public static NodeSpec manager() {
    return MANAGER;
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link NodeSpec}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private String name = "";
    private final Map<String, String> labels = new TreeMap<>();
    private NodeRole desiredRole = NodeRole.WORKER;
    private NodeMembership membership = NodeMembership.ACCEPTED;
    private NodeAvailability availability = NodeAvailability.ACTIVE;

    private Builder(NodeSpec from) {
      name = from.name;
      labels.putAll(from.labels);
      desiredRole = from.desiredRole;
      membership = from.membership;
      availability = from.availability;
    }

    /** Sets {@link NodeSpec#name()}. */
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      return this;
    }

    /** Adds one to {@link NodeSpec#labels()}; the same key again replaces its value. */
    public Builder label(String key, String value) {
      labels.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
      return this;
    }

    /** Replaces {@link NodeSpec#labels()}. */
    public Builder labels(Map<String, String> labels) {
      Map<String, String> copy = SortedValues.copyOf(labels);
      this.labels.clear();
      this.labels.putAll(copy);
      return this;
    }

    /** Sets {@link NodeSpec#desiredRole()}. */
    public Builder desiredRole(NodeRole desiredRole) {
      this.desiredRole = requireNonNull(desiredRole, "desiredRole");
      return this;
    }

    /** Sets {@link NodeSpec#membership()}. */
    public Builder membership(NodeMembership membership) {
      this.membership = requireNonNull(membership, "membership");
      return this;
    }

    /** Sets {@link NodeSpec#availability()}. */
    public Builder availability(NodeAvailability availability) {
      this.availability = requireNonNull(availability, "availability");
      return this;
    }

    /** What was built. */
    public NodeSpec build() {
      return new NodeSpec(name, labels, desiredRole, membership, availability);
    }
  }
}
