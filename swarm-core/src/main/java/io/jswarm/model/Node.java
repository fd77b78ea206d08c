// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member of the cluster (S1.2). The canonical constructor is not API: use {@link #of} and {@link
 * #toBuilder()}.
 *
 * @param managerStatus null on workers
 * @param role what the node was last authorised as, as opposed to {@link NodeSpec#desiredRole()}
 * @param attachments load-balancer addresses, one per network in use on the node (S6.4)
 * @param vxlanPort 0 = the cluster's
 */
public record Node(
    String id,
    Meta meta,
    NodeSpec spec,
    NodeDescription description,
    NodeStatus status,
    @Nullable ManagerStatus managerStatus,
    NodeRole role,
    NodeCertificate certificate,
    List<NetworkAttachment> attachments,
    int vxlanPort)
    implements StoreObject {
  public Node {
    requireNonNull(id, "id");
    requireNonNull(meta, "meta");
    requireNonNull(spec, "spec");
    requireNonNull(description, "description");
    requireNonNull(status, "status");
    requireNonNull(role, "role");
    requireNonNull(certificate, "certificate");
    attachments = List.copyOf(attachments);
  }

  /** A node that was accepted but never reported. */
  public static Node of(String id, NodeSpec spec) {
    return new Node(
        id,
        Meta.NONE,
        spec,
        NodeDescription.NONE,
        NodeStatus.UNKNOWN,
        null,
        spec.desiredRole(),
        NodeCertificate.NONE,
        List.of(),
        0);
  }

  @Override
  public Kind kind() {
    return Kind.NODE;
  }

  /** The name of the spec if there is one, else the host name; need not be unique. */
  @Override
  public String name() {
    return spec.name().isEmpty() ? description.hostname() : spec.name();
  }

  @Override
  public Node withMeta(Meta meta) {
    return new Node(
        id,
        meta,
        spec,
        description,
        status,
        managerStatus,
        role,
        certificate,
        attachments,
        vxlanPort);
  }

  /** Whether the scheduler may use this node: READY and active. */
  public boolean acceptsTasks() {
    return status.state() == NodeState.READY && spec.availability() == NodeAvailability.ACTIVE;
  }

  /** The same node with another spec. */
  public Node withSpec(NodeSpec spec) {
    return toBuilder().spec(spec).build();
  }

  /** The same node with another status. */
  public Node withStatus(NodeStatus status) {
    return toBuilder().status(status).build();
  }

  /** The same node with another description. */
  public Node withDescription(NodeDescription description) {
    return toBuilder().description(description).build();
  }

  /** The same node authorised as another role. */
  public Node withRole(NodeRole role) {
    return toBuilder().role(role).build();
  }

  /** The same node with another manager status; null makes it a worker. */
  public Node withManagerStatus(@Nullable ManagerStatus managerStatus) {
    return toBuilder().managerStatus(managerStatus).build();
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link Node}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private String id = "";
    private Meta meta;
    private NodeSpec spec;
    private NodeDescription description;
    private NodeStatus status;
    private @Nullable ManagerStatus managerStatus;
    private NodeRole role;
    private NodeCertificate certificate;
    private final List<NetworkAttachment> attachments = new ArrayList<>();
    private int vxlanPort;

    private Builder(Node from) {
      id = from.id;
      meta = from.meta;
      spec = from.spec;
      description = from.description;
      status = from.status;
      managerStatus = from.managerStatus;
      role = from.role;
      certificate = from.certificate;
      attachments.addAll(from.attachments);
      vxlanPort = from.vxlanPort;
    }

    /** Sets {@link Node#id()}. */
    public Builder id(String id) {
      this.id = requireNonNull(id, "id");
      return this;
    }

    /** Sets {@link Node#meta()}. */
    public Builder meta(Meta meta) {
      this.meta = requireNonNull(meta, "meta");
      return this;
    }

    /** Sets {@link Node#spec()}. */
    public Builder spec(NodeSpec spec) {
      this.spec = requireNonNull(spec, "spec");
      return this;
    }

    /** Sets {@link Node#description()}. */
    public Builder description(NodeDescription description) {
      this.description = requireNonNull(description, "description");
      return this;
    }

    /** Sets {@link Node#status()}. */
    public Builder status(NodeStatus status) {
      this.status = requireNonNull(status, "status");
      return this;
    }

    /** Sets {@link Node#managerStatus()}. */
    public Builder managerStatus(@Nullable ManagerStatus managerStatus) {
      this.managerStatus = managerStatus;
      return this;
    }

    /** Sets {@link Node#role()}. */
    public Builder role(NodeRole role) {
      this.role = requireNonNull(role, "role");
      return this;
    }

    /** Sets {@link Node#certificate()}. */
    public Builder certificate(NodeCertificate certificate) {
      this.certificate = requireNonNull(certificate, "certificate");
      return this;
    }

    /** Replaces {@link Node#attachments()}. */
    public Builder attachments(List<NetworkAttachment> attachments) {
      List<NetworkAttachment> copy = List.copyOf(attachments);
      this.attachments.clear();
      this.attachments.addAll(copy);
      return this;
    }

    /** Sets {@link Node#vxlanPort()}. */
    public Builder vxlanPort(int vxlanPort) {
      this.vxlanPort = vxlanPort;
      return this;
    }

    /** What was built. */
    public Node build() {
      return new Node(
          id,
          meta,
          spec,
          description,
          status,
          managerStatus,
          role,
          certificate,
          attachments,
          vxlanPort);
    }
  }
}
