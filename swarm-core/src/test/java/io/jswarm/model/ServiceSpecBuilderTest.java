// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceSpecBuilderTest {
  private static final long GIB = 1L << 30;

  @Test
  void aWholeServiceReadsLikeASentence() {
    ServiceSpec spec =
        ServiceSpec.replicated("web", 3)
            .image("nginx:1.27")
            .command("nginx")
            .args("-g", "daemon off;")
            .env("A", "1")
            .env("B", "2")
            .env("A", "3")
            .label("team", "shop")
            .containerLabel("tier", "front")
            .publish(8080, 80)
            .publishHost(9000, 9000)
            .constraint("node.role == worker")
            .spreadOver("node.labels.zone")
            .platform("linux", "amd64")
            .maxReplicasPerNode(1)
            .reserve(0.5, GIB)
            .reserveGeneric("GPU=2")
            .limit(1, 2 * GIB)
            .restart(RestartCondition.ON_FAILURE)
            .restart(r -> r.delay(Duration.ofSeconds(1)).maxAttempts(3))
            .update(u -> u.parallelism(2))
            .secret(Secret.of("s1", SecretSpec.of("key", "v")))
            .config(Config.of("c1", ConfigSpec.of("nginx.conf", "v")))
            .mount(Mount.volume("data", "/data").asReadOnly())
            .healthcheck(Healthcheck.command("true"))
            .stopGracePeriod(Duration.ofSeconds(3))
            .network("back")
            .build();

    ContainerSpec container = spec.task().container().orElseThrow();
    assertThat(spec.name()).isEqualTo("web");
    assertThat(spec.mode()).isEqualTo(new ServiceMode.Replicated(3));
    assertThat(spec.labels()).containsExactly(Map.entry("team", "shop"));
    assertThat(container.image()).isEqualTo("nginx:1.27");
    assertThat(container.command()).containsExactly("nginx");
    assertThat(container.args()).containsExactly("-g", "daemon off;");
    assertThat(container.env()).containsExactly("A=3", "B=2");
    assertThat(container.labels()).containsExactly(Map.entry("tier", "front"));
    assertThat(container.secrets())
        .containsExactly(new SecretReference("s1", "key", new FileTarget("key", "0", "0", 0444)));
    assertThat(container.configs())
        .containsExactly(
            new ConfigReference("c1", "nginx.conf", new FileTarget("/nginx.conf", "0", "0", 0444)));
    assertThat(container.mounts()).extracting(Mount::readOnly).containsExactly(true);
    assertThat(container.healthcheck().test()).containsExactly("CMD", "true");
    assertThat(container.stopGracePeriod()).isEqualTo(Duration.ofSeconds(3));
    assertThat(spec.endpoint())
        .isEqualTo(
            new EndpointSpec(
                EndpointMode.VIP,
                List.of(
                    new PortConfig("", Protocol.TCP, 80, 8080, PublishMode.INGRESS),
                    new PortConfig("", Protocol.TCP, 9000, 9000, PublishMode.HOST))));
    assertThat(spec.task().placement())
        .isEqualTo(
            new Placement(
                List.of("node.role == worker"),
                List.of(new PlacementPreference("node.labels.zone")),
                List.of(new Platform("linux", "amd64")),
                1));
    assertThat(spec.task().resources().reservations())
        .isEqualTo(
            new Reservations(500_000_000, GIB, List.of(new DiscreteGenericResource("GPU", 2))));
    assertThat(spec.task().resources().limits()).isEqualTo(new Limits(1_000_000_000, 2 * GIB));
    assertThat(spec.task().restart())
        .isEqualTo(
            new RestartPolicy(
                RestartCondition.ON_FAILURE, Duration.ofSeconds(1), 3, Duration.ZERO));
    assertThat(spec.update()).isNotNull().extracting(UpdateConfig::parallelism).isEqualTo(2L);
    assertThat(spec.rollback()).isNull();
    assertThat(spec.task().networks()).containsExactly(NetworkAttachmentConfig.to("back"));
  }

  @Test
  void aBuilderStartsFromAnExistingSpec() {
    ServiceSpec before =
        ServiceSpec.global("agent").image("agent:1").env("A", "1").publish(80, 80).build();

    assertThat(before.toBuilder().build()).isEqualTo(before);
    ServiceSpec after = before.toBuilder().image("agent:2").env("B", "2").build();

    assertThat(after.task().container().orElseThrow().image()).isEqualTo("agent:2");
    assertThat(after.endpoint()).isEqualTo(before.endpoint());
    assertThat(before.task().container().orElseThrow().env()).containsExactly("A=1");
  }

  @Test
  void aBuilderCanBeUsedTwice() {
    ServiceSpecBuilder builder = ServiceSpec.replicated("web", 1).image("nginx");
    ServiceSpec one = builder.build();
    ServiceSpec two = builder.name("web2").publish(80, 80).replicas(2).build();

    assertThat(one.endpoint().ports()).isEmpty();
    assertThat(two.endpoint().ports()).hasSize(1);
    assertThat(two.mode()).isEqualTo(new ServiceMode.Replicated(2));
  }

  @Test
  void forcingAnUpdateChangesTheSpecAndNothingElse() {
    ServiceSpec before = ServiceSpec.replicated("web", 1).image("nginx").build();

    ServiceSpec after = before.toBuilder().forceUpdate().build();

    assertThat(after.task().forceUpdate()).isEqualTo(1);
    assertThat(after.toBuilder().task(t -> t.forceUpdate(0)).build()).isEqualTo(before);
  }

  @Test
  void misuseIsReportedWhereItHappens() {
    assertThatIllegalStateException().isThrownBy(() -> ServiceSpec.global("a").replicas(2));
    assertThatIllegalStateException()
        .isThrownBy(() -> ServiceSpec.global("a").runtime(new AttachmentSpec("c")).image("nginx"));
    assertThatNullPointerException().isThrownBy(() -> ServiceSpec.global(nothing()));
    assertThatNullPointerException().isThrownBy(() -> ServiceSpec.global("a").env("A", nothing()));
    assertThatNullPointerException().isThrownBy(() -> ServiceSpec.global("a").image(nothing()));
  }

  @SuppressWarnings("NullAway") // what a careless caller passes
  private static String nothing() {
    return null;
  }
}
