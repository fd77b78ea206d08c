// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jswarm.InvalidSpecException;
import io.jswarm.InvalidSpecException.Violation;
import io.jswarm.PermissionDeniedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpecValidationTest {
  @Test
  void c1_2_aNetworkNameFollowsTheRuleForServices() {
    assertThat(paths(NetworkSpec.builder("a_b-9").build())).isEmpty();
    for (String invalid : List.of("", "-a", "a-", "a.b", "x".repeat(64))) {
      assertThat(paths(NetworkSpec.builder(invalid).build())).as(invalid).containsExactly("name");
    }
  }

  @Test
  void c1_12_aSecretHas1To511999Bytes() {
    assertThat(secret(511_999)).isEmpty();
    assertThat(secret(1)).isEmpty();
    assertThat(secret(512_000)).extracting(Violation::path).containsExactly("data");
    assertThat(secret(0)).extracting(Violation::path).containsExactly("data");
  }

  @Test
  void aConfigHas1To1023999Bytes() {
    assertThat(SpecValidation.check(ConfigSpec.of("c", new byte[1_023_999]))).isEmpty();
    assertThat(SpecValidation.check(ConfigSpec.of("c", new byte[1_024_000]))).hasSize(1);
    assertThat(SpecValidation.check(ConfigSpec.of("c", new byte[0]))).hasSize(1);
  }

  @Test
  void aSecretWithADriverNeedsTheDriversNameAndNoData() {
    Driver named = new Driver("vault", Map.of());
    Driver unnamed = new Driver("", Map.of());

    assertThat(SpecValidation.check(SecretSpec.builder("s").driver(named).build())).isEmpty();
    assertThat(SpecValidation.check(SecretSpec.builder("s").driver(unnamed).build()))
        .extracting(Violation::path)
        .containsExactly("driver.name");
  }

  @Test
  void namesOfSecretsAndConfigsMayHoldDots() {
    for (String valid : List.of("a", "a.b", "A_b-c.9", "x".repeat(64))) {
      assertThat(SpecValidation.check(SecretSpec.of(valid, "v"))).as(valid).isEmpty();
      assertThat(SpecValidation.check(ConfigSpec.of(valid, "v"))).as(valid).isEmpty();
    }
    for (String invalid : List.of("", ".a", "a.", "a b", "a/b", "x".repeat(65))) {
      assertThat(SpecValidation.check(SecretSpec.of(invalid, "v"))).as(invalid).hasSize(1);
      assertThat(SpecValidation.check(ConfigSpec.of(invalid, "v"))).as(invalid).hasSize(1);
    }
    assertThatExceptionOfType(InvalidSpecException.class)
        .isThrownBy(() -> SpecValidation.require(SecretSpec.of(".a", "v")))
        .withMessageStartingWith("invalid secret .a: name: ");
  }

  @Test
  void c1_21_theGatewayLiesInTheSubnet() {
    IpamConfig subnet = IpamConfig.subnet("10.1.0.0/24");

    assertThat(paths(network(subnet.withGateway("10.2.0.1"))))
        .containsExactly("ipam.configs[0].gateway");
    assertThat(paths(network(subnet.withGateway("gateway.example.com"))))
        .containsExactly("ipam.configs[0].gateway");
    assertThat(paths(network(subnet.withGateway("10.1.0.1")))).isEmpty();
  }

  @Test
  void subnetAndRangeMustParseAndNest() {
    IpamConfig subnet = IpamConfig.subnet("10.1.0.0/24");

    assertThat(paths(network(IpamConfig.subnet("10.1.0.0/33"))))
        .containsExactly("ipam.configs[0].subnet");
    assertThat(paths(network(IpamConfig.subnet("10.1.0.0"))))
        .containsExactly("ipam.configs[0].subnet");
    assertThat(paths(network(subnet.withRange("10.1.0.128/25")))).isEmpty();
    assertThat(paths(network(subnet.withRange("10.1.0.0/16"))))
        .containsExactly("ipam.configs[0].range");
    assertThat(paths(network(subnet.withRange("10.1.1.0/25"))))
        .containsExactly("ipam.configs[0].range");
    assertThat(paths(network(IpamConfig.subnet("fd00::/64").withGateway("fd00::1")))).isEmpty();
    assertThat(paths(network(IpamConfig.subnet("fd00::/64").withGateway("10.0.0.1"))))
        .containsExactly("ipam.configs[0].gateway");
  }

  @Test
  void c1_22_theIngressNetworkIsNotAttachable() {
    NetworkSpec.Builder ingress = NetworkSpec.builder("mesh").ingress(true);
    NetworkSpec.Builder legacy =
        NetworkSpec.builder("ingress").label("com.docker.swarm.internal", "true");

    assertThat(paths(ingress.build())).isEmpty();
    assertThat(paths(ingress.attachable(true).build())).containsExactly("attachable");
    assertThat(paths(legacy.attachable(true).build())).containsExactly("attachable");
    assertThat(paths(NetworkSpec.builder("ingress").attachable(true).build())).isEmpty();
  }

  @Test
  void theLabelOfTheSystemsNetworksIsReserved() {
    NetworkSpec spec =
        NetworkSpec.builder("net").label("com.docker.swarm.predefined", "true").build();

    assertThat(paths(spec)).containsExactly("labels[com.docker.swarm.predefined]");
    assertThatExceptionOfType(PermissionDeniedException.class)
        .isThrownBy(() -> SpecValidation.require(spec));
  }

  @Test
  void clusterSettingsAreInRange() {
    ClusterSpec defaults = ClusterSpec.defaults();
    ClusterSpec.CaConfig ca =
        new ClusterSpec.CaConfig(
            Duration.ofMinutes(59),
            List.of(new ClusterSpec.ExternalCa("acme", "http://ca", Map.of(), Payload.EMPTY)),
            Payload.EMPTY,
            Payload.EMPTY,
            0);
    ClusterSpec wrong =
        new ClusterSpec(
            "other",
            Map.of(),
            defaults.orchestration(),
            new ClusterSpec.DispatcherConfig(Duration.ofSeconds(-1)),
            defaults.raft(),
            ca,
            defaults.taskDefaults(),
            defaults.encryption(),
            new ClusterSpec.AcceptancePolicy(
                List.of(
                    new ClusterSpec.RoleAdmission(NodeRole.WORKER, true, "md5", Payload.of("x")))));

    assertThat(SpecValidation.check(defaults)).isEmpty();
    assertThat(SpecValidation.check(wrong))
        .extracting(Violation::path)
        .containsExactly(
            "name",
            "dispatcher.heartbeatPeriod",
            "ca.nodeCertExpiry",
            "ca.externalCas[0].protocol",
            "ca.externalCas[0].url",
            "acceptancePolicy.policies[0].secretAlgorithm");
  }

  @Test
  void aNodesLabelNeedsAKey() {
    assertThat(SpecValidation.check(NodeSpec.worker())).isEmpty();
    assertThat(SpecValidation.check(NodeSpec.worker().toBuilder().label("", "x").build()))
        .hasSize(1);
  }

  private static List<Violation> secret(int bytes) {
    return SpecValidation.check(SecretSpec.of("s", new byte[bytes]));
  }

  private static NetworkSpec network(IpamConfig config) {
    return NetworkSpec.builder("net").ipam(new IpamOptions(null, List.of(config))).build();
  }

  private static List<String> paths(NetworkSpec spec) {
    return SpecValidation.check(spec).stream().map(Violation::path).toList();
  }
}
