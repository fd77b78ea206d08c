// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What each task of a service should be (S1.2). Tasks share the instance of their service. The
 * canonical constructor is not API: use {@link #of} and {@link #toBuilder()}.
 *
 * @param restart null = the defaults of S1.3
 * @param logDriver null = the cluster's default
 * @param forceUpdate raise it to replace every task without another change
 */
public record TaskSpec(
    TaskRuntimeSpec runtime,
    ResourceRequirements resources,
    @Nullable RestartPolicy restart,
    Placement placement,
    @Nullable LogDriver logDriver,
    List<NetworkAttachmentConfig> networks,
    long forceUpdate,
    List<ResourceReference> resourceReferences) {
  public TaskSpec {
    requireNonNull(runtime, "runtime");
    requireNonNull(resources, "resources");
    requireNonNull(placement, "placement");
    networks = List.copyOf(networks);
    resourceReferences = List.copyOf(resourceReferences);
  }

  /** A task that runs this and asks for nothing else. */
  public static TaskSpec of(TaskRuntimeSpec runtime) {
    return new TaskSpec(
        runtime,
        ResourceRequirements.NONE,
        null,
        Placement.ANYWHERE,
        null,
        List.of(),
        0,
        List.of());
  }

  /** The container, if this task runs one. */
  public Optional<ContainerSpec> container() {
    return runtime instanceof ContainerSpec container ? Optional.of(container) : Optional.empty();
  }

  /** A builder for a task that runs this. */
  public static Builder builder(TaskRuntimeSpec runtime) {
    return new Builder(of(runtime));
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link TaskSpec}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private TaskRuntimeSpec runtime;
    private ResourceRequirements resources;
    private @Nullable RestartPolicy restart;
    private Placement placement;
    private @Nullable LogDriver logDriver;
    private final List<NetworkAttachmentConfig> networks = new ArrayList<>();
    private long forceUpdate;
    private final List<ResourceReference> resourceReferences = new ArrayList<>();

    private Builder(TaskSpec from) {
      runtime = from.runtime;
      resources = from.resources;
      restart = from.restart;
      placement = from.placement;
      logDriver = from.logDriver;
      networks.addAll(from.networks);
      forceUpdate = from.forceUpdate;
      resourceReferences.addAll(from.resourceReferences);
    }

    /** Sets {@link TaskSpec#runtime()}. */
    public Builder runtime(TaskRuntimeSpec runtime) {
      this.runtime = requireNonNull(runtime, "runtime");
      return this;
    }

    /**
     * Changes the container.
     *
     * @throws IllegalStateException if this task runs something else
     */
    public Builder container(Consumer<ContainerSpec.Builder> change) {
      if (!(runtime instanceof ContainerSpec)) {
        throw new IllegalStateException("this task does not run a container");
      }
      ContainerSpec.Builder container = ((ContainerSpec) runtime).toBuilder();
      change.accept(container);
      runtime = container.build();
      return this;
    }

    /** Sets {@link TaskSpec#resources()}. */
    public Builder resources(ResourceRequirements resources) {
      this.resources = requireNonNull(resources, "resources");
      return this;
    }

    /** Sets the limits, keeping the other resources. */
    public Builder limits(Limits limits) {
      return resources(
          new ResourceRequirements(
              limits,
              resources.reservations(),
              resources.swapBytes(),
              resources.memorySwappiness()));
    }

    /** Sets the reservations, keeping the other resources. */
    public Builder reservations(Reservations reservations) {
      return resources(
          new ResourceRequirements(
              resources.limits(),
              reservations,
              resources.swapBytes(),
              resources.memorySwappiness()));
    }

    /** Sets {@link TaskSpec#restart()}; null = the defaults. */
    public Builder restart(@Nullable RestartPolicy restart) {
      this.restart = restart;
      return this;
    }

    /** Changes the restart policy, starting from the one set so far or the defaults. */
    public Builder restart(Consumer<RestartPolicy.Builder> change) {
      RestartPolicy.Builder policy =
          restart == null ? RestartPolicy.builder() : restart.toBuilder();
      change.accept(policy);
      restart = policy.build();
      return this;
    }

    /** Sets {@link TaskSpec#placement()}. */
    public Builder placement(Placement placement) {
      this.placement = requireNonNull(placement, "placement");
      return this;
    }

    /** Adds a constraint, for example {@code node.role == worker}. */
    public Builder constraint(String constraint) {
      return placement(
          new Placement(
              plus(placement.constraints(), constraint),
              placement.preferences(),
              placement.platforms(),
              placement.maxReplicas()));
    }

    /**
     * Adds a preference to spread over the values of a label, for example {@code node.labels.zone}.
     */
    public Builder spreadOver(String descriptor) {
      return placement(
          new Placement(
              placement.constraints(),
              plus(placement.preferences(), new PlacementPreference(descriptor)),
              placement.platforms(),
              placement.maxReplicas()));
    }

    /** Adds a platform the task can run on. */
    public Builder platform(String os, String architecture) {
      return placement(
          new Placement(
              placement.constraints(),
              placement.preferences(),
              plus(placement.platforms(), new Platform(os, architecture)),
              placement.maxReplicas()));
    }

    /** Sets the most tasks of the service on one node; 0 = no limit. */
    public Builder maxReplicasPerNode(long maxReplicas) {
      return placement(
          new Placement(
              placement.constraints(),
              placement.preferences(),
              placement.platforms(),
              maxReplicas));
    }

    /** Sets {@link TaskSpec#logDriver()}; null = the cluster's default. */
    public Builder logDriver(@Nullable LogDriver logDriver) {
      this.logDriver = logDriver;
      return this;
    }

    /** Adds a network. */
    public Builder network(NetworkAttachmentConfig network) {
      networks.add(requireNonNull(network, "network"));
      return this;
    }

    /** Adds a network by id or name. */
    public Builder network(String target) {
      return network(NetworkAttachmentConfig.to(target));
    }

    /** Sets {@link TaskSpec#forceUpdate()}. */
    public Builder forceUpdate(long forceUpdate) {
      this.forceUpdate = forceUpdate;
      return this;
    }

    /** Adds something the task depends on. */
    public Builder resourceReference(ResourceReference reference) {
      resourceReferences.add(requireNonNull(reference, "reference"));
      return this;
    }

    /** What was built. */
    public TaskSpec build() {
      return new TaskSpec(
          runtime,
          resources,
          restart,
          placement,
          logDriver,
          networks,
          forceUpdate,
          resourceReferences);
    }

    private static <T> List<T> plus(List<T> list, T element) {
      List<T> longer = new ArrayList<>(list);
      longer.add(requireNonNull(element, "element"));
      return longer;
    }
  }
}
