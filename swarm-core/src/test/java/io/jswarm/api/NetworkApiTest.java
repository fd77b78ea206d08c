// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.AlreadyExistsException;
import io.jswarm.FailedPreconditionException;
import io.jswarm.InvalidSpecException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkAttachmentConfig;
import io.jswarm.model.NetworkSpec;
import io.jswarm.model.ServiceSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Networks (S1.7, S12.5). */
class NetworkApiTest extends ApiTest {
  private Network network(String name) {
    return swarm.networks().create(NetworkSpec.builder(name).build()).await();
  }

  @Test
  void c1_22_thereIsOneIngressNetwork() {
    NetworkSpec second = NetworkSpec.builder("ingress2").ingress(true).build();

    assertThat(failure(swarm.networks().create(second)))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("only one");
  }

  @Test
  void c1_22_theIngressNetworkIsNotAttachable() {
    swarm.networks().remove("ingress").await();
    NetworkSpec both = NetworkSpec.builder("ingress").ingress(true).attachable(true).build();

    assertThat(failure(swarm.networks().create(both))).isInstanceOf(InvalidSpecException.class);
  }

  @Test
  void theLabelOfTheSystemIsReserved() {
    NetworkSpec mine =
        NetworkSpec.builder("mine").label(NetworkSpec.PREDEFINED_LABEL, "true").build();

    assertThat(failure(swarm.networks().create(mine)))
        .isInstanceOf(PermissionDeniedException.class);
  }

  @Test
  void theIngressNetworkStaysWhileAPortIsPublishedThroughIt() {
    create(web(1).publish(80, 8080));

    assertThat(failure(swarm.networks().remove("ingress")))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("service web");
  }

  @Test
  void aNetworkInUseByASpecStays() {
    network("net");
    create(web(0).network("net"));

    assertThat(failure(swarm.networks().remove("net")))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("service web");
  }

  @Test
  void s15_11_aNetworkThatARollbackWouldNeedStays() {
    network("net");
    create(web(0).network("net"));
    swarm.services().update("web", spec -> web(0).build()).await();

    assertThat(failure(swarm.networks().remove("net")))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("service web");
  }

  @Test
  void s1_4_13_theIngressNetworkCannotBeAttachedTheDeprecatedWayEither() {
    ServiceSpec spec = web(1).build();
    ServiceSpec attached =
        new ServiceSpec(
            spec.name(),
            spec.labels(),
            spec.mode(),
            spec.task(),
            spec.update(),
            spec.rollback(),
            List.of(NetworkAttachmentConfig.to("ingress")),
            spec.endpoint());

    assertThat(violations(swarm.services().create(attached)))
        .singleElement()
        .satisfies(violation -> assertThat(violation.path()).isEqualTo("networks[0]"));
  }

  @Test
  void c12_7_tasksThatHaveEndedDoNotHoldTheirNetwork() {
    worker("w1");
    Network net = network("net");
    run(web(1).network("net"));
    swarm.services().scale("web", 0).await();
    swarm.services().remove("web").await();
    world.runFor(MINUTE);

    assertThat(swarm.networks().remove("net").await().id()).isEqualTo(net.id());
  }

  @Test
  void c12_8_theNetworkOfARemovedServiceStaysUntilItsTasksHaveStopped() {
    worker("w1");
    hosts.get("w1").program(task -> task.onSignal(signal -> {}));
    network("net");
    run(web(1).network("net"));
    swarm.services().remove("web").await();

    Throwable error = failure(swarm.networks().remove("net"));
    world.runFor(MINUTE);
    swarm.networks().remove("net").await();

    assertThat(error)
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("task web.1");
    assertThat(swarm.networks().list(Filter.all().name("net")).await()).isEmpty();
  }
}
