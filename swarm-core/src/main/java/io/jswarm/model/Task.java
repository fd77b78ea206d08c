// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to run a service's work on a node (S1.2, S2). Shares the {@link TaskSpec} instance of
 * its service. The canonical constructor is not API: use {@link #builder} and the withers.
 *
 * @param name explicit name, usually empty; see {@link #displayName()}
 * @param specVersion the service's spec version it was made from; 0 = none
 * @param serviceId empty for a task without a service
 * @param slot from 1 in replicated services; 0 in global ones
 * @param nodeId empty until assigned, then never changed (S2.2)
 * @param networks attachments given by the allocator
 * @param endpoint copy of the service's
 * @param logDriver null = the runtime's default
 * @param jobIteration the iteration of the job it belongs to
 */
public record Task(
    String id,
    Meta meta,
    String name,
    Map<String, String> labels,
    TaskSpec spec,
    long specVersion,
    String serviceId,
    String serviceName,
    Map<String, String> serviceLabels,
    int slot,
    String nodeId,
    TaskStatus status,
    TaskState desiredState,
    List<NetworkAttachment> networks,
    Endpoint endpoint,
    @Nullable LogDriver logDriver,
    List<GenericResource> assignedGenericResources,
    long jobIteration)
    implements StoreObject {
  public Task {
    requireNonNull(id, "id");
    requireNonNull(meta, "meta");
    requireNonNull(name, "name");
    labels = SortedValues.copyOf(labels);
    requireNonNull(spec, "spec");
    requireNonNull(serviceId, "serviceId");
    requireNonNull(serviceName, "serviceName");
    serviceLabels = SortedValues.copyOf(serviceLabels);
    requireNonNull(nodeId, "nodeId");
    requireNonNull(status, "status");
    requireNonNull(desiredState, "desiredState");
    networks = List.copyOf(networks);
    requireNonNull(endpoint, "endpoint");
    assignedGenericResources = List.copyOf(assignedGenericResources);
  }

  @Override
  public Kind kind() {
    return Kind.TASK;
  }

  @Override
  public Task withMeta(Meta meta) {
    return new Task(
        id,
        meta,
        name,
        labels,
        spec,
        specVersion,
        serviceId,
        serviceName,
        serviceLabels,
        slot,
        nodeId,
        status,
        desiredState,
        networks,
        endpoint,
        logDriver,
        assignedGenericResources,
        jobIteration);
  }

  /** The observed state. */
  public TaskState state() {
    return status.state();
  }

  /** Whether this task belongs to a service. */
  public boolean hasService() {
    return !serviceId.isEmpty();
  }

  /** Whether a node was chosen. */
  public boolean isAssigned() {
    return !nodeId.isEmpty();
  }

  /**
   * The name shown to users and given to containers (S1.1): the explicit name if there is one, else
   * {@code <service>.<slot>.<task id>}, where the node id stands for slot 0.
   */
  public String displayName() {
    if (!name.isEmpty()) {
      return name;
    }
    return serviceName + "." + (slot == 0 ? nodeId : String.valueOf(slot)) + "." + id;
  }

  /** The same task with another observed status. */
  public Task withStatus(TaskStatus status) {
    return toBuilder().status(status).build();
  }

  /**
   * The same task with another desired state; the caller sees to it that it never decreases (S2.2).
   */
  public Task withDesiredState(TaskState desiredState) {
    return toBuilder().desiredState(desiredState).build();
  }

  /** The same task bound to a node. */
  public Task withNodeId(String nodeId) {
    return toBuilder().nodeId(nodeId).build();
  }

  /** The same task with another copy of its service's endpoint. */
  public Task withEndpoint(Endpoint endpoint) {
    return toBuilder().endpoint(endpoint).build();
  }

  /** The same task with other attachments. */
  public Task withNetworks(List<NetworkAttachment> networks) {
    return toBuilder().networks(networks).build();
  }

  /** The same task with other claims on generic resources. */
  public Task withAssignedGenericResources(List<GenericResource> assignedGenericResources) {
    return toBuilder().assignedGenericResources(assignedGenericResources).build();
  }

  /** A task of the given spec; everything else absent. */
  public static Builder builder(
      String id, TaskSpec spec, TaskStatus status, TaskState desiredState) {
    return new Builder(id, spec, status, desiredState);
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link Task}. Holds what it is given as it is, so that tasks of a service share labels
   * and spec. Setters bear the names of the components they set. Reusable; not thread-safe.
   */
  public static final class Builder {
    private String id;
    private Meta meta = Meta.NONE;
    private String name = "";
    private Map<String, String> labels = Map.of();
    private TaskSpec spec;
    private long specVersion;
    private String serviceId = "";
    private String serviceName = "";
    private Map<String, String> serviceLabels = Map.of();
    private int slot;
    private String nodeId = "";
    private TaskStatus status;
    private TaskState desiredState;
    private List<NetworkAttachment> networks = List.of();
    private Endpoint endpoint = Endpoint.NONE;
    private @Nullable LogDriver logDriver;
    private List<GenericResource> assignedGenericResources = List.of();
    private long jobIteration;

    private Builder(String id, TaskSpec spec, TaskStatus status, TaskState desiredState) {
      this.id = requireNonNull(id, "id");
      this.spec = requireNonNull(spec, "spec");
      this.status = requireNonNull(status, "status");
      this.desiredState = requireNonNull(desiredState, "desiredState");
    }

    private Builder(Task from) {
      id = from.id;
      meta = from.meta;
      name = from.name;
      labels = from.labels;
      spec = from.spec;
      specVersion = from.specVersion;
      serviceId = from.serviceId;
      serviceName = from.serviceName;
      serviceLabels = from.serviceLabels;
      slot = from.slot;
      nodeId = from.nodeId;
      status = from.status;
      desiredState = from.desiredState;
      networks = from.networks;
      endpoint = from.endpoint;
      logDriver = from.logDriver;
      assignedGenericResources = from.assignedGenericResources;
      jobIteration = from.jobIteration;
    }

    /** Sets {@link Task#id()}. */
    public Builder id(String id) {
      this.id = requireNonNull(id, "id");
      return this;
    }

    /** Sets {@link Task#meta()}. */
    public Builder meta(Meta meta) {
      this.meta = requireNonNull(meta, "meta");
      return this;
    }

    /** Sets {@link Task#name()}. */
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      return this;
    }

    /** Replaces {@link Task#labels()}. */
    public Builder labels(Map<String, String> labels) {
      this.labels = SortedValues.copyOf(labels);
      return this;
    }

    /** Sets {@link Task#spec()}. */
    public Builder spec(TaskSpec spec) {
      this.spec = requireNonNull(spec, "spec");
      return this;
    }

    /** Sets {@link Task#specVersion()}. */
    public Builder specVersion(long specVersion) {
      this.specVersion = specVersion;
      return this;
    }

    /** Sets {@link Task#serviceId()}. */
    public Builder serviceId(String serviceId) {
      this.serviceId = requireNonNull(serviceId, "serviceId");
      return this;
    }

    /** Sets {@link Task#serviceName()}. */
    public Builder serviceName(String serviceName) {
      this.serviceName = requireNonNull(serviceName, "serviceName");
      return this;
    }

    /** Replaces {@link Task#serviceLabels()}. */
    public Builder serviceLabels(Map<String, String> serviceLabels) {
      this.serviceLabels = SortedValues.copyOf(serviceLabels);
      return this;
    }

    /** Sets {@link Task#slot()}. */
    public Builder slot(int slot) {
      this.slot = slot;
      return this;
    }

    /** Sets {@link Task#nodeId()}. */
    public Builder nodeId(String nodeId) {
      this.nodeId = requireNonNull(nodeId, "nodeId");
      return this;
    }

    /** Sets {@link Task#status()}. */
    public Builder status(TaskStatus status) {
      this.status = requireNonNull(status, "status");
      return this;
    }

    /** Sets {@link Task#desiredState()}. */
    public Builder desiredState(TaskState desiredState) {
      this.desiredState = requireNonNull(desiredState, "desiredState");
      return this;
    }

    /** Replaces {@link Task#networks()}. */
    public Builder networks(List<NetworkAttachment> networks) {
      this.networks = List.copyOf(networks);
      return this;
    }

    /** Sets {@link Task#endpoint()}. */
    public Builder endpoint(Endpoint endpoint) {
      this.endpoint = requireNonNull(endpoint, "endpoint");
      return this;
    }

    /** Sets {@link Task#logDriver()}. */
    public Builder logDriver(@Nullable LogDriver logDriver) {
      this.logDriver = logDriver;
      return this;
    }

    /** Replaces {@link Task#assignedGenericResources()}. */
    public Builder assignedGenericResources(List<GenericResource> assignedGenericResources) {
      this.assignedGenericResources = List.copyOf(assignedGenericResources);
      return this;
    }

    /** Sets {@link Task#jobIteration()}. */
    public Builder jobIteration(long jobIteration) {
      this.jobIteration = jobIteration;
      return this;
    }

    /** What was built. */
    public Task build() {
      return new Task(
          id,
          meta,
          name,
          labels,
          spec,
          specVersion,
          serviceId,
          serviceName,
          serviceLabels,
          slot,
          nodeId,
          status,
          desiredState,
          networks,
          endpoint,
          logDriver,
          assignedGenericResources,
          jobIteration);
    }
  }
}
