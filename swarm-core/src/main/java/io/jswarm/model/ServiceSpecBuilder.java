// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link ServiceSpec}: the shortest way to say what a service should be. What has no method
 * here is reached through {@link #container(Consumer)} and {@link #task(Consumer)}. Reusable; not
 * thread-safe.
 */
public final class ServiceSpecBuilder {
  private String name;
  private final Map<String, String> labels = new TreeMap<>();
  private ServiceMode mode;
  private final TaskSpec.Builder task;
  private @Nullable UpdateConfig update;
  private @Nullable UpdateConfig rollback;
  private final List<NetworkAttachmentConfig> networks = new ArrayList<>();
  private EndpointMode endpointMode = EndpointMode.VIP;
  private final List<PortConfig> ports = new ArrayList<>();

  ServiceSpecBuilder(String name, ServiceMode mode) {
    this.name = requireNonNull(name, "name");
    this.mode = mode;
    this.task = TaskSpec.builder(ContainerSpec.of(""));
  }

  ServiceSpecBuilder(ServiceSpec from) {
    name = from.name();
    labels.putAll(from.labels());
    mode = from.mode();
    task = from.task().toBuilder();
    update = from.update();
    rollback = from.rollback();
    networks.addAll(from.networks());
    endpointMode = from.endpoint().mode();
    ports.addAll(from.endpoint().ports());
  }

  /** Sets the name: a DNS label of at most 63 characters. */
  public ServiceSpecBuilder name(String name) {
    this.name = requireNonNull(name, "name");
    return this;
  }

  /** Adds a label to the service; containers do not get it. */
  public ServiceSpecBuilder label(String key, String value) {
    labels.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
    return this;
  }

  /** Replaces the service's labels. */
  public ServiceSpecBuilder labels(Map<String, String> labels) {
    Map<String, String> copy = SortedValues.copyOf(labels);
    this.labels.clear();
    this.labels.putAll(copy);
    return this;
  }

  /** Sets the mode. */
  public ServiceSpecBuilder mode(ServiceMode mode) {
    this.mode = requireNonNull(mode, "mode");
    return this;
  }

  /**
   * Sets the number of tasks of a replicated service.
   *
   * @throws IllegalStateException in any other mode
   */
  public ServiceSpecBuilder replicas(long replicas) {
    if (!(mode instanceof ServiceMode.Replicated)) {
      throw new IllegalStateException(
          "service " + name + " is not replicated: it has no number of replicas");
    }
    return mode(new ServiceMode.Replicated(replicas));
  }

  /** Changes anything of the tasks. */
  public ServiceSpecBuilder task(Consumer<TaskSpec.Builder> change) {
    change.accept(task);
    return this;
  }

  /** Runs something other than a container. */
  public ServiceSpecBuilder runtime(TaskRuntimeSpec runtime) {
    task.runtime(runtime);
    return this;
  }

  /** Changes anything of the container. */
  public ServiceSpecBuilder container(Consumer<ContainerSpec.Builder> change) {
    task.container(change);
    return this;
  }

  /** Sets the image. */
  public ServiceSpecBuilder image(String image) {
    return container(c -> c.image(image));
  }

  /** Replaces the image's entry point; the program to run where there are no images. */
  public ServiceSpecBuilder command(String... command) {
    return container(c -> c.command(command));
  }

  /** Replaces the image's command; the arguments of the entry point. */
  public ServiceSpecBuilder args(String... args) {
    return container(c -> c.args(args));
  }

  /**
   * Adds an environment variable; the value may hold templates such as {@code {{.Task.Slot}}}
   * (S1.8).
   */
  public ServiceSpecBuilder env(String key, String value) {
    return container(c -> c.env(key, value));
  }

  /** Adds a label to the containers. */
  public ServiceSpecBuilder containerLabel(String key, String value) {
    return container(c -> c.label(key, value));
  }

  /** Sets the working directory. */
  public ServiceSpecBuilder dir(String dir) {
    return container(c -> c.dir(dir));
  }

  /** Sets the user, as {@code name}, {@code uid} or {@code user:group}. */
  public ServiceSpecBuilder user(String user) {
    return container(c -> c.user(user));
  }

  /** Adds a mount. */
  public ServiceSpecBuilder mount(Mount mount) {
    return container(c -> c.mount(mount));
  }

  /** Gives the tasks a secret as file {@code /run/secrets/<name>}. */
  public ServiceSpecBuilder secret(Secret secret) {
    return container(c -> c.secret(secret.id(), secret.name()));
  }

  /** Gives the tasks a secret. */
  public ServiceSpecBuilder secret(SecretReference secret) {
    return container(c -> c.secret(secret));
  }

  /** Gives the tasks a config as file {@code /<name>}. */
  public ServiceSpecBuilder config(Config config) {
    return container(c -> c.config(config.id(), config.name()));
  }

  /** Gives the tasks a config. */
  public ServiceSpecBuilder config(ConfigReference config) {
    return container(c -> c.config(config));
  }

  /** Sets how a task is found to be healthy. */
  public ServiceSpecBuilder healthcheck(Healthcheck healthcheck) {
    return container(c -> c.healthcheck(healthcheck));
  }

  /** Sets the signal that asks a task to stop, for example {@code SIGINT}. */
  public ServiceSpecBuilder stopSignal(String signal) {
    return container(c -> c.stopSignal(signal));
  }

  /** Sets the time between the stop signal and the kill. */
  public ServiceSpecBuilder stopGracePeriod(Duration period) {
    return container(c -> c.stopGracePeriod(period));
  }

  /**
   * Adds a TCP port published on every node and balanced over all tasks; published 0 = chosen by
   * the cluster.
   */
  public ServiceSpecBuilder publish(int publishedPort, int targetPort) {
    return publish(PortConfig.ingress(publishedPort, targetPort));
  }

  /** Adds a TCP port published on the node of each task; published 0 = chosen by the node. */
  public ServiceSpecBuilder publishHost(int publishedPort, int targetPort) {
    return publish(PortConfig.host(publishedPort, targetPort));
  }

  /** Adds a published port. */
  public ServiceSpecBuilder publish(PortConfig port) {
    ports.add(requireNonNull(port, "port"));
    return this;
  }

  /** Replaces the published ports. */
  public ServiceSpecBuilder ports(List<PortConfig> ports) {
    List<PortConfig> copy = List.copyOf(ports);
    this.ports.clear();
    this.ports.addAll(copy);
    return this;
  }

  /** Sets whether the service has one address or those of its tasks. */
  public ServiceSpecBuilder endpointMode(EndpointMode mode) {
    endpointMode = requireNonNull(mode, "mode");
    return this;
  }

  /** Attaches the tasks to a network, by id or name. */
  public ServiceSpecBuilder network(String target) {
    task.network(target);
    return this;
  }

  /** Adds a constraint that a node must meet, for example {@code node.role == worker} (S8). */
  public ServiceSpecBuilder constraint(String constraint) {
    task.constraint(constraint);
    return this;
  }

  /** Adds a wish to spread over the values of a label, for example {@code node.labels.zone}. */
  public ServiceSpecBuilder spreadOver(String descriptor) {
    task.spreadOver(descriptor);
    return this;
  }

  /** Adds a platform the tasks can run on; no platform at all means any. */
  public ServiceSpecBuilder platform(String os, String architecture) {
    task.platform(os, architecture);
    return this;
  }

  /** Sets the most tasks on one node; 0 = no limit. */
  public ServiceSpecBuilder maxReplicasPerNode(long maxReplicas) {
    task.maxReplicasPerNode(maxReplicas);
    return this;
  }

  /**
   * Sets what a node must have free for each task; 0 = nothing. Generic reservations set before are
   * kept.
   */
  public ServiceSpecBuilder reserve(double cpus, long memoryBytes) {
    List<GenericResource> generic = task.build().resources().reservations().generic();
    task.reservations(new Reservations(Math.round(cpus * 1e9), memoryBytes, generic));
    return this;
  }

  /** Adds generic reservations in their text form, for example {@code GPU=2} (S1.9). */
  public ServiceSpecBuilder reserveGeneric(String text) {
    Reservations before = task.build().resources().reservations();
    List<GenericResource> generic = new ArrayList<>(before.generic());
    generic.addAll(GenericResources.parse(text));
    task.reservations(new Reservations(before.nanoCpus(), before.memoryBytes(), generic));
    return this;
  }

  /** Sets the most each task may use; 0 = no limit. */
  public ServiceSpecBuilder limit(double cpus, long memoryBytes) {
    task.limits(new Limits(Math.round(cpus * 1e9), memoryBytes));
    return this;
  }

  /** Sets which ends of a task are answered by a new one. */
  public ServiceSpecBuilder restart(RestartCondition condition) {
    return restart(r -> r.condition(condition));
  }

  /** Changes the restart policy, starting from the one set so far or the defaults. */
  public ServiceSpecBuilder restart(Consumer<RestartPolicy.Builder> change) {
    task.restart(change);
    return this;
  }

  /** Changes how updates roll, starting from what was set so far or the defaults. */
  public ServiceSpecBuilder update(Consumer<UpdateConfig.Builder> change) {
    update = changed(update, change);
    return this;
  }

  /** Changes how rollbacks roll, starting from what was set so far or the defaults. */
  public ServiceSpecBuilder rollback(Consumer<UpdateConfig.Builder> change) {
    rollback = changed(rollback, change);
    return this;
  }

  /** Sets where the tasks' output goes. */
  public ServiceSpecBuilder logDriver(String name, Map<String, String> options) {
    task.logDriver(new LogDriver(name, options));
    return this;
  }

  /** Replaces every task although nothing else changed. */
  public ServiceSpecBuilder forceUpdate() {
    task.forceUpdate(task.build().forceUpdate() + 1);
    return this;
  }

  /**
   * What was built, checked by the rules of S1.4 that need no cluster.
   *
   * @throws io.jswarm.InvalidSpecException with everything that is wrong
   */
  public ServiceSpec build() {
    ServiceSpec spec = buildUnchecked();
    SpecValidation.require(spec);
    return spec;
  }

  /**
   * What was built, unchecked: for specs that are checked elsewhere, and for tests of those checks.
   */
  public ServiceSpec buildUnchecked() {
    return new ServiceSpec(
        name,
        labels,
        mode,
        task.build(),
        update,
        rollback,
        networks,
        new EndpointSpec(endpointMode, ports));
  }

  private static UpdateConfig changed(
      @Nullable UpdateConfig config, Consumer<UpdateConfig.Builder> change) {
    UpdateConfig.Builder builder = config == null ? UpdateConfig.builder() : config.toBuilder();
    change.accept(builder);
    return builder.build();
  }
}
