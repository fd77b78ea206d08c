// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DefaultsTest {
  @Test
  void c12_5_aMinimalSpecIsFilledInAndStaysUnchangedItself() {
    ServiceSpec minimal = ServiceSpec.replicated("web", 1).image("nginx").build();

    ServiceSpec filled = Defaults.insert(minimal);

    assertThat(filled.task().restart())
        .isEqualTo(
            new RestartPolicy(RestartCondition.ANY, Duration.ofSeconds(5), 0, Duration.ZERO));
    UpdateConfig once =
        new UpdateConfig(
            1,
            Duration.ZERO,
            FailureAction.PAUSE,
            Duration.ofSeconds(5),
            0,
            UpdateOrder.STOP_FIRST);
    assertThat(filled.update()).isEqualTo(once);
    assertThat(filled.rollback()).isEqualTo(once);
    assertThat(filled.task().container().orElseThrow().stopGracePeriod())
        .isEqualTo(Duration.ofSeconds(10));
    assertThat(filled.endpoint().mode()).isEqualTo(EndpointMode.VIP);
    assertThat(minimal.task().restart()).isNull();
    assertThat(minimal.update()).isNull();
    assertThat(minimal.rollback()).isNull();
  }

  @Test
  void c12_5_whatWasSaidIsKept() {
    ServiceSpec spec =
        ServiceSpec.replicated("web", 1)
            .image("nginx")
            .restart(r -> r.condition(RestartCondition.NONE).delay(Duration.ZERO).maxAttempts(3))
            .update(u -> u.parallelism(0).monitor(Duration.ZERO))
            .rollback(u -> u.order(UpdateOrder.START_FIRST).monitor(Duration.ofSeconds(1)))
            .stopGracePeriod(Duration.ZERO)
            .build();

    assertThat(Defaults.insert(spec)).isEqualTo(spec);
  }

  @Test
  void aGivenPolicyWithoutADelayWaitsFiveSeconds() {
    TaskSpec task =
        TaskSpec.builder(ContainerSpec.of("nginx")).restart(r -> r.maxAttempts(2)).build();

    assertThat(Defaults.restart(task).delay()).isEqualTo(Duration.ofSeconds(5));
    assertThat(Defaults.restart(task).maxAttempts()).isEqualTo(2);
    assertThat(Defaults.restartDelay(task)).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void anExplicitParallelismOfZeroStaysAllAtOnce() {
    ServiceSpec spec =
        ServiceSpec.replicated("web", 1).image("nginx").update(u -> u.parallelism(0)).build();

    assertThat(Defaults.update(spec).parallelism()).isZero();
    assertThat(Defaults.update(spec).monitor()).isEqualTo(Duration.ofSeconds(5));
    assertThat(Defaults.rollback(spec).parallelism()).isOne();
  }

  @Test
  void aJobGetsNoUpdateConfig() {
    ServiceSpec filled = Defaults.insert(ServiceSpec.globalJob("job").image("busybox").build());

    assertThat(filled.update()).isNull();
    assertThat(SpecValidation.check(filled)).isEmpty();
  }

  @Test
  void theClustersDefaultsAreThoseOfTheSpecification() {
    ClusterSpec spec = ClusterSpec.defaults();

    assertThat(spec.name()).isEqualTo("default");
    assertThat(spec.orchestration().taskHistoryRetentionLimit()).isEqualTo(5);
    assertThat(spec.dispatcher().heartbeatPeriod()).isEqualTo(Duration.ofSeconds(1));
    assertThat(spec.raft()).isEqualTo(new ClusterSpec.RaftConfig(10_000, 0, 500, 1, 10));
    assertThat(spec.ca().nodeCertExpiry()).isEqualTo(Duration.ofDays(90));
    assertThat(spec.encryption().autoLockManagers()).isFalse();
    Cluster cluster = Cluster.of("c", spec);
    assertThat(cluster.defaultAddressPool()).containsExactly("10.0.0.0/8");
    assertThat(cluster.subnetSize()).isEqualTo(24);
    assertThat(cluster.vxlanUdpPort()).isEqualTo(4789);
  }
}
