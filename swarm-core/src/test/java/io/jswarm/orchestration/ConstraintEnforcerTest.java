// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.DiscreteGenericResource;
import io.jswarm.model.GenericResource;
import io.jswarm.model.NamedGenericResource;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeResources;
import io.jswarm.model.NodeState;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConstraintEnforcerTest extends ClusterTest {

  @Test
  void aTaskWhoseNodeLosesItsLabelMovesOn() {
    nodes("a", "b");
    label("a", "zone", "east");
    create(web(1).task(task -> task.constraint("node.labels.zone == east")));
    Task old = slot("web", 1);
    assertThat(old.nodeId()).isEqualTo("a");

    label("b", "zone", "east");
    label("a", "zone", "west");

    assertThat(now(old).state()).isEqualTo(TaskState.REJECTED);
    assertThat(now(old).status().error()).contains("no longer meets");
    passSeconds(6);
    assertThat(slot("web", 1).nodeId()).isEqualTo("b");
    assertThat(slot("web", 1).state()).isEqualTo(TaskState.RUNNING);
  }

  @Test
  void c3_17_theYoungestTaskGivesWayWhenMemoryShrinks() {
    nodes("a");
    create(service("old", 600));
    passSeconds(1);
    create(service("young", 300));

    changeNode("a", node -> node.withDescription(description("a", 700)));

    assertThat(rejected()).extracting(Task::serviceName).containsExactly("young");
  }

  @Test
  void c3_18_theServicesPresentConstraintsCount() {
    nodes("a", "b");
    label("a", "disk", "ssd");
    label("b", "disk", "ssd");
    create(web(2));
    List<Task> before = live("web");

    update("web", spec -> spec.task(task -> task.constraint("node.labels.disk == ssd")));
    passSeconds(30);
    assertThat(live("web")).isEqualTo(before);

    label("a", "disk", "hdd");
    assertThat(rejected()).extracting(Task::nodeId).containsExactly("a");
    passSeconds(30);
    assertThat(perNode(running("web"))).containsOnlyKeys("b").containsValue(2L);
  }

  @Test
  void pausedNodesAreNotTouched() {
    nodes("a");
    label("a", "zone", "east");
    create(web(1).task(task -> task.constraint("node.labels.zone == east")));
    Task task = slot("web", 1);

    availability("a", NodeAvailability.PAUSE);
    label("a", "zone", "west");
    assertThat(now(task)).isEqualTo(task);

    availability("a", NodeAvailability.ACTIVE);
    assertThat(now(task).state()).isEqualTo(TaskState.REJECTED);
  }

  @Test
  void aNewLeaderLooksAtEveryNode() {
    nodes("a");
    label("a", "zone", "east");
    create(web(1).task(task -> task.constraint("node.labels.zone == east")));
    Task task = slot("web", 1);
    availability("a", NodeAvailability.PAUSE);
    label("a", "zone", "west");

    agents.idle();
    availability("a", NodeAvailability.ACTIVE);
    changeLeader();

    assertThat(now(task).state()).isEqualTo(TaskState.REJECTED);
  }

  @Test
  void claimsOnThingsThatAreGoneAreRejectedAndTheOthersStay() {
    nodes("a");
    agents.idle();
    changeNode("a", node -> withGeneric(node, named("f1"), named("f2"), count(3)));
    create(web(3));
    List<Task> tasks = live("web");
    claim(tasks.get(0), named("f1"));
    claim(tasks.get(1), named("f2"));
    claim(tasks.get(2), count(2));

    changeNode("a", node -> withGeneric(node, named("f2"), count(2)));

    assertThat(rejected()).extracting(Task::id).containsExactly(tasks.get(0).id());
  }

  @Test
  void aNodeThatOnlyChangesItsStateKeepsItsTasks() {
    nodes("a");
    create(service("web", 600));
    List<Task> before = tasks();

    nodeState("a", NodeState.DISCONNECTED);
    nodeState("a", NodeState.READY);

    assertThat(tasks()).isEqualTo(before);
  }

  private void claim(Task task, GenericResource resource) {
    write(tx -> tx.update(now(task).withAssignedGenericResources(List.of(resource))));
  }

  private List<Task> rejected() {
    return tasks().stream().filter(task -> task.state() == TaskState.REJECTED).toList();
  }

  private static Node withGeneric(Node node, GenericResource... generic) {
    NodeResources old = node.description().resources();
    return node.withDescription(
        node.description()
            .withResources(new NodeResources(old.nanoCpus(), old.memoryBytes(), List.of(generic))));
  }

  private static GenericResource named(String value) {
    return new NamedGenericResource("FPGA", value);
  }

  private static GenericResource count(long value) {
    return new DiscreteGenericResource("GPU", value);
  }

  private static ServiceSpecBuilder service(String name, long mebibytes) {
    return ServiceSpec.replicated(name, 1)
        .image("v1")
        .task(task -> task.reservations(ReplicatedOrchestratorTest.memory(mebibytes)));
  }
}
