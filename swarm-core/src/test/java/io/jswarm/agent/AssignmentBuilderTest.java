// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.InvalidSpecException;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.DiscreteGenericResource;
import io.jswarm.model.FileTarget;
import io.jswarm.model.GenericRuntimeSpec;
import io.jswarm.model.NamedGenericResource;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.Payload;
import io.jswarm.model.Platform;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.TaskAssignment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AssignmentBuilderTest {
  private static final NodeDescription NODE =
      NodeDescription.of("host7", new Platform("linux", "x86_64"), NodeResources.NONE);

  private static Task task(TaskSpec spec) {
    return Task.builder(
            "t1", spec, TaskStatus.of(TaskState.ASSIGNED, Instant.EPOCH, ""), TaskState.RUNNING)
        .serviceId("s1")
        .serviceName("web")
        .slot(3)
        .nodeId("n1")
        .build();
  }

  private static TaskAssignment build(Task task, Map<String, Secret> secrets) {
    return AssignmentBuilder.build(task, NODE, secrets, Map.of());
  }

  @Test
  void labelsSayWhoseContainerItIs() {
    TaskAssignment assignment = build(task(TaskSpec.of(ContainerSpec.of("app"))), Map.of());

    assertThat(assignment.labels())
        .containsOnly(
            Map.entry("com.docker.swarm.task", ""),
            Map.entry("com.docker.swarm.task.id", "t1"),
            Map.entry("com.docker.swarm.task.name", "web.3.t1"),
            Map.entry("com.docker.swarm.node.id", "n1"),
            Map.entry("com.docker.swarm.service.id", "s1"),
            Map.entry("com.docker.swarm.service.name", "web"));
  }

  @Test
  void claimedResourcesAreInTheEnvironment() {
    Task task =
        task(TaskSpec.of(ContainerSpec.of("app")))
            .withAssignedGenericResources(
                List.of(
                    new NamedGenericResource("gpu", "a"),
                    new NamedGenericResource("gpu", "b"),
                    new DiscreteGenericResource("ssd", 2)));

    assertThat(build(task, Map.of()).environment())
        .containsOnly(
            Map.entry("DOCKER_RESOURCE_GPU", "a,b"), Map.entry("DOCKER_RESOURCE_SSD", "2"));
  }

  @Test
  void templatesAreExpandedForThisNode() {
    ContainerSpec container =
        ContainerSpec.builder("app")
            .hostname("{{.Service.Name}}-{{.Task.Slot}}")
            .env(List.of("WHERE={{.Node.Hostname}}"))
            .build();

    ContainerSpec expanded = build(task(TaskSpec.of(container)), Map.of()).container();

    assertThat(expanded.hostname()).isEqualTo("web-3");
    assertThat(expanded.env()).containsExactly("WHERE=host7");
  }

  @Test
  void aBadTemplateIsAnError() {
    ContainerSpec container = ContainerSpec.builder("app").hostname("{{.Task.Nothing}}").build();

    assertThatThrownBy(() -> build(task(TaskSpec.of(container)), Map.of()))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("hostname");
  }

  @Test
  void aTaskGetsTheSecretsItRefersToAndNoOthers() {
    FileTarget target = new FileTarget("password", "0", "0", 0444);
    ContainerSpec container =
        ContainerSpec.builder("app")
            .secrets(List.of(new SecretReference("x1", "password", target)))
            .build();
    Secret wanted = Secret.of("x1", SecretSpec.of("password", "hush"));
    Secret other = Secret.of("x2", SecretSpec.of("other", "hush"));
    Task task = task(TaskSpec.of(container));

    TaskAssignment full = build(task, Map.of("x1", wanted, "x2", other));
    TaskAssignment lacking = build(task, Map.of("x2", other));

    assertThat(full.secrets()).containsOnly(Map.entry("x1", wanted));
    assertThat(AssignmentBuilder.missing(full)).isEmpty();
    assertThat(AssignmentBuilder.missing(lacking)).isEqualTo("secret password (x1)");
  }

  @Test
  void onlyContainersCanRun() {
    Task task = task(TaskSpec.of(new GenericRuntimeSpec("plugin", "url", Payload.of("x"))));

    assertThatThrownBy(() -> build(task, Map.of()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("containers only");
  }
}
