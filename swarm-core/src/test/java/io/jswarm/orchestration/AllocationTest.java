// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Network;
import io.jswarm.model.NetworkAttachment;
import io.jswarm.model.NetworkSpec;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The allocator among the other components. */
class AllocationTest extends ClusterTest {

  @BeforeEach
  void aNode() {
    nodes("node");
  }

  @Test
  void aServiceWithoutPortsIsNotWrittenAgain() {
    Service created = create(named("a"));

    assertThat(service("a")).isEqualTo(created);
  }

  @Test
  void c6_1_dynamicPortsSurviveAnUpdate() {
    create(named("a").publish(0, 80).publish(0, 81));
    List<Integer> ports = published("a");
    assertThat(ports).containsExactly(30_000, 30_001);

    update("a", spec -> spec.image("v2"));

    assertThat(published("a")).isEqualTo(ports);
  }

  @Test
  void aPortThatIsAddedLeavesTheOthersAsTheyAre() {
    create(named("a").publish(0, 80));

    update("a", spec -> spec.publish(0, 81));

    assertThat(published("a")).containsExactly(30_000, 30_001);
  }

  @Test
  void c6_2_dynamicPortsAreHandedOutOneAfterTheOther() {
    create(named("a").publish(0, 80));
    create(named("b").publish(0, 80));

    remove("a");
    create(named("c").publish(0, 80));

    assertThat(published("c")).containsExactly(30_002);
  }

  @Test
  void c6_2_theNextLeaderGoesOnBehindTheLastPortInUse() {
    create(named("a").publish(0, 80));
    create(named("b").publish(0, 80));
    remove("a");

    changeLeader();
    create(named("c").publish(0, 80));

    assertThat(published("c")).containsExactly(30_002);
  }

  @Test
  void c6_3_aPortTakenByNameIsSkipped() {
    create(named("a").publish(30_001, 80));

    create(named("b").publish(0, 80).publish(0, 81));

    assertThat(published("b")).containsExactly(30_000, 30_002);
  }

  @Test
  void c6_4_theSecondServiceOnAPortWaitsUntilTheFirstIsGone() {
    Service first = create(named("a").publish(8080, 80));
    create(named("b").publish(8080, 80));

    Task waiting = live("b").get(0);
    assertThat(running("a")).hasSize(1);
    assertThat(waiting.state()).isEqualTo(TaskState.NEW);
    assertThat(waiting.status().error()).contains("8080").contains(first.id());
    assertThat(service("b").endpoint().ports()).isEmpty();

    remove("a");

    assertThat(running("b")).extracting(Task::id).containsExactly(waiting.id());
    assertThat(now(waiting).status().error()).isEmpty();
    assertThat(published("b")).containsExactly(8080);
    assertThat(world.elapsed()).isZero();
  }

  @Test
  void aPortThatIsNoLongerAskedForByNumberIsGivenBack() {
    create(named("a").publish(8080, 80));

    update("a", spec -> spec.ports(List.of(PortConfig.ingress(0, 80))));

    assertThat(published("a")).containsExactly(30_000);
    create(named("b").publish(8080, 80));
    assertThat(running("b")).hasSize(1);
  }

  @Test
  void aServiceThatDropsAPortFreesItAtOnce() {
    create(named("a").publish(8080, 80));
    create(named("b").publish(8080, 80));

    update("a", spec -> spec.ports(List.of()));

    assertThat(published("b")).containsExactly(8080);
    assertThat(running("b")).hasSize(1);
  }

  @Test
  void aConflictAfterALeaderChangeIsStillAConflict() {
    create(named("a").publish(8080, 80));
    create(named("b").publish(8080, 80));

    changeLeader();
    assertThat(live("b").get(0).state()).isEqualTo(TaskState.NEW);
    remove("a");

    assertThat(running("b")).hasSize(1);
  }

  @Test
  void aServiceThatCannotHaveANewPortKeepsItsOldOneAndItsTasks() {
    create(named("a").publish(8080, 80));
    create(named("b").publish(9090, 80));
    Task before = running("b").get(0);

    update("b", spec -> spec.ports(List.of(PortConfig.ingress(8080, 80))));
    passSeconds(5);

    assertThat(published("b")).containsExactly(9090);
    assertThat(now(before).state()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(live("b")).extracting(Task::state).containsExactly(TaskState.NEW);
    create(named("c").publish(9090, 80));
    assertThat(live("c")).extracting(Task::state).containsExactly(TaskState.NEW);

    remove("a");

    assertThat(published("b")).containsExactly(8080);
    assertThat(running("b")).hasSize(1);
    assertThat(running("c")).hasSize(1);
  }

  @Test
  void c6_5_theSameNumberOnAnotherProtocolIsAnotherPort() {
    create(named("a").publish(53, 53));

    create(named("b").publish(PortConfig.ingress(53, 53).withProtocol(Protocol.UDP)));

    assertThat(running("a")).hasSize(1);
    assertThat(running("b")).hasSize(1);
  }

  @Test
  void c6_7_aLeaderChangeMovesNoPort() {
    create(named("a").publish(0, 80));
    create(named("b").publish(0, 80));
    Service a = service("a");
    Service b = service("b");

    changeLeader();

    assertThat(service("a")).isEqualTo(a);
    assertThat(service("b")).isEqualTo(b);
  }

  @Test
  void c6_10_hostPortsAreCopiedAndOwnedByNobody() {
    PortConfig host = PortConfig.host(9000, 80);

    create(named("a").publish(host));
    create(named("b").publish(host));

    assertThat(service("a").endpoint().ports()).containsExactly(host);
    assertThat(service("b").endpoint().ports()).containsExactly(host);
    assertThat(live("a").get(0).endpoint().ports()).containsExactly(host);
    assertThat(live("b").get(0).state()).isNotEqualTo(TaskState.NEW);
  }

  @Test
  void aTaskCarriesTheEndpointOfItsService() {
    create(named("a").publish(0, 80));

    assertThat(live("a").get(0).endpoint()).isEqualTo(service("a").endpoint());
  }

  @Test
  void c6_9_aTaskOnAnUnknownNetworkStaysNewUntilThereIsOne() {
    create(named("a").task(task -> task.network("front")));
    assertThat(live("a").get(0).state()).isEqualTo(TaskState.NEW);
    assertThat(live("a").get(0).status().error()).contains("front");

    write(tx -> tx.create(Network.of("net1", NetworkSpec.builder("front").build())));

    assertThat(running("a")).hasSize(1);
    assertThat(running("a").get(0).networks())
        .extracting(NetworkAttachment::networkId)
        .containsExactly("net1");
  }

  @Test
  void whatATaskWaitsForIsWrittenOnce() {
    create(named("a").publish(8080, 80));
    create(named("b").publish(8080, 80));
    Task waiting = live("b").get(0);

    create(named("c").publish(0, 80));
    remove("c");
    passSeconds(600);

    assertThat(now(waiting)).isEqualTo(waiting);
  }

  @Test
  void aTaskThatNeverGotWhatItNeedsCanBeScaledAway() {
    create(named("a").publish(8080, 80));
    create(named("b").publish(8080, 80));

    scale("b", 0);

    assertThat(tasks("b")).isEmpty();
  }

  private List<Integer> published(String name) {
    return service(name).endpoint().ports().stream().map(PortConfig::publishedPort).toList();
  }

  private static ServiceSpecBuilder named(String name) {
    return ServiceSpec.replicated(name, 1).image("v1");
  }
}
