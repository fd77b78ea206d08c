// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static io.jswarm.model.PublishMode.HOST;
import static io.jswarm.model.PublishMode.INGRESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jswarm.InvalidSpecException;
import io.jswarm.InvalidSpecException.Violation;
import io.jswarm.UnimplementedException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ServiceValidationTest {
  private static final long MIB = 1L << 20;

  @Test
  void c1_2_aServiceNameIsADnsLabelThatMayHoldUnderscores() {
    for (String valid : List.of("a", "a-b", "a_b9", "a--_b", "x".repeat(63))) {
      assertThat(paths(named(valid))).as(valid).isEmpty();
    }
    for (String invalid : List.of("", "-a", "a-", "_a", "a.b", "a b", "ü", "x".repeat(64))) {
      assertThat(paths(named(invalid))).as(invalid).containsExactly("name");
    }
  }

  @Test
  void c1_3_aCpuValueIsZeroOrAtLeastAThousandthOfACpu() {
    String limit = "task.resources.limits.nanoCpus";
    String reservation = "task.resources.reservations.nanoCpus";
    for (long invalid : new long[] {-1, 1, 999_999}) {
      assertThat(paths(task(t -> t.limits(new Limits(invalid, 0))))).containsExactly(limit);
      assertThat(paths(task(t -> t.reservations(reserved(invalid, 0)))))
          .containsExactly(reservation);
    }
    for (long valid : new long[] {0, 1_000_000}) {
      assertThat(paths(task(t -> t.limits(new Limits(valid, 0))))).isEmpty();
      assertThat(paths(task(t -> t.reservations(reserved(valid, 0))))).isEmpty();
    }
  }

  @Test
  void c1_3_memoryIsZeroOrAtLeastFourMebibytes() {
    String limit = "task.resources.limits.memoryBytes";
    String reservation = "task.resources.reservations.memoryBytes";
    for (long invalid : new long[] {-1, 1, 4 * MIB - 1}) {
      assertThat(paths(task(t -> t.limits(new Limits(0, invalid))))).containsExactly(limit);
      assertThat(paths(task(t -> t.reservations(reserved(0, invalid)))))
          .containsExactly(reservation);
    }
    for (long valid : new long[] {0, 4 * MIB}) {
      assertThat(paths(task(t -> t.limits(new Limits(0, valid))))).isEmpty();
    }
  }

  @Test
  void c1_4_aPortIsPublishedOncePerProtocol() {
    PortConfig tcp = PortConfig.ingress(8080, 80);

    assertThat(paths(ports(tcp, tcp.withProtocol(Protocol.UDP)))).isEmpty();
    assertThat(paths(ports(tcp, PortConfig.ingress(8080, 81))))
        .containsExactly("endpoint.ports[1]");
    assertThat(paths(ports(tcp, PortConfig.host(8080, 81)))).containsExactly("endpoint.ports[1]");
    assertThat(paths(ports(PortConfig.ingress(0, 80), PortConfig.ingress(0, 80)))).isEmpty();
    assertThat(paths(ports(tcp, PortConfig.ingress(8081, 80)))).isEmpty();
  }

  @Test
  void c1_5_withoutAVirtualAddressOnlyHostPortsCanBePublished() {
    assertThat(paths(dnsRoundRobin(HOST))).isEmpty();
    assertThat(paths(dnsRoundRobin(INGRESS))).containsExactly("endpoint.ports[0].publishMode");
  }

  @Test
  void portNumbersAreInRange() {
    assertThat(paths(ports(PortConfig.ingress(65_535, 65_535)))).isEmpty();
    assertThat(paths(ports(PortConfig.ingress(65_536, 0))))
        .containsExactly("endpoint.ports[0].targetPort", "endpoint.ports[0].publishedPort");
  }

  @Test
  void malformedGenericReservationsAreRejected() {
    String path = "task.resources.reservations.generic";
    assertThat(paths(generic(new DiscreteGenericResource("GPU", 2)))).isEmpty();
    assertThat(paths(generic(gpu("a"), gpu("b")))).isEmpty();

    assertThat(paths(generic(new DiscreteGenericResource("GPU", -1))))
        .containsExactly(path + "[0]");
    assertThat(paths(generic(new DiscreteGenericResource("", 1)))).containsExactly(path + "[0]");
    assertThat(paths(generic(gpu("")))).containsExactly(path + "[0]");
    assertThat(paths(generic(gpu("a"), gpu("a")))).containsExactly(path + "[1]");
    assertThat(paths(generic(gpu("a"), new DiscreteGenericResource("GPU", 1))))
        .containsExactly(path + "[1]");
    assertThat(
            paths(
                generic(
                    new DiscreteGenericResource("GPU", 1), new DiscreteGenericResource("GPU", 2))))
        .containsExactly(path + "[1]");
  }

  @Test
  void restartTimesAreNotNegative() {
    ServiceSpec spec =
        task(
            t ->
                t.restart(
                    r ->
                        r.delay(Duration.ofNanos(-1))
                            .window(Duration.ofNanos(-1))
                            .maxAttempts(-1)));

    assertThat(paths(spec))
        .containsExactly("task.restart.delay", "task.restart.maxAttempts", "task.restart.window");
  }

  @Test
  void theRollbackConfigIsValidatedLikeTheUpdateConfig() {
    Consumer<UpdateConfig.Builder> wrong =
        u ->
            u.parallelism(-1)
                .delay(Duration.ofNanos(-1))
                .monitor(Duration.ofNanos(-1))
                .maxFailureRatio(1.1);

    ServiceSpec spec = web().update(wrong).rollback(wrong).buildUnchecked();

    assertThat(paths(spec))
        .containsExactly(
            "update.parallelism",
            "update.delay",
            "update.monitor",
            "update.maxFailureRatio",
            "rollback.parallelism",
            "rollback.delay",
            "rollback.monitor",
            "rollback.maxFailureRatio");
    assertThat(paths(web().update(u -> u.maxFailureRatio(Double.NaN)).buildUnchecked()))
        .containsExactly("update.maxFailureRatio");
    assertThat(paths(web().update(u -> u.maxFailureRatio(1)).buildUnchecked())).isEmpty();
  }

  @Test
  void constraintsMustParse() {
    ServiceSpec spec =
        web().constraint("node.role == worker").constraint("tier=db").buildUnchecked();

    assertThat(SpecValidation.check(spec))
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.path()).isEqualTo("task.placement.constraints[1]");
              assertThat(violation.message()).contains("tier=db").contains("no operator");
            });
  }

  @Test
  void aServiceCannotRunANetworkAttachment() {
    ServiceSpecBuilder attachment = web().runtime(new AttachmentSpec("c1"));

    assertThat(paths(attachment.buildUnchecked())).containsExactly("task.runtime");
    assertThatExceptionOfType(UnimplementedException.class).isThrownBy(attachment::build);
  }

  @Test
  void aGenericRuntimeNeedsAKindOfItsOwnAndAPayload() {
    assertThat(paths(generic("wasm", "type/x", "payload"))).isEmpty();
    for (String kind : List.of("", "ab", "Container", "ATTACHMENT")) {
      assertThat(paths(generic(kind, "type/x", "payload")))
          .as(kind)
          .containsExactly("task.runtime.kind");
    }
    assertThat(paths(generic("wasm", "", "")))
        .containsExactly("task.runtime.typeUrl", "task.runtime.value");
  }

  @Test
  void c1_16_aJobCarriesNoUpdateConfig() {
    ServiceSpecBuilder job = ServiceSpec.replicatedJob("job", 2, 10).image("busybox");
    assertThat(paths(job.buildUnchecked())).isEmpty();

    assertThat(paths(job.update(u -> u.parallelism(1)).buildUnchecked())).containsExactly("update");
    assertThat(
            paths(ServiceSpec.globalJob("job").image("busybox").update(u -> {}).buildUnchecked()))
        .containsExactly("update");
  }

  @Test
  void countsOfAModeAreNotNegative() {
    assertThat(paths(ServiceSpec.replicated("web", -1).image("nginx").buildUnchecked()))
        .containsExactly("mode.replicas");
    assertThat(paths(ServiceSpec.replicatedJob("job", -1, -1).image("nginx").buildUnchecked()))
        .containsExactly("mode.maxConcurrent", "mode.totalCompletions");
  }

  @Test
  void allViolationsAreReportedAtOnce() {
    ServiceSpecBuilder builder =
        ServiceSpec.replicated("-web", -1)
            .limit(0.0001, 1)
            .constraint("zone")
            .publish(80, 80)
            .publish(80, 81);

    InvalidSpecException invalid = catchThrowableOfType(InvalidSpecException.class, builder::build);

    assertThat(invalid.violations())
        .extracting(Violation::path)
        .containsExactly(
            "name",
            "mode.replicas",
            "task.resources.limits.nanoCpus",
            "task.resources.limits.memoryBytes",
            "task.placement.constraints[0]",
            "task.container.image",
            "endpoint.ports[1]");
    invalid.violations().forEach(v -> assertThat(invalid).hasMessageContaining(v.toString()));
  }

  private static List<String> paths(ServiceSpec spec) {
    return SpecValidation.check(spec).stream().map(Violation::path).toList();
  }

  private static ServiceSpecBuilder web() {
    return ServiceSpec.replicated("web", 1).image("nginx");
  }

  private static ServiceSpec named(String name) {
    return web().name(name).buildUnchecked();
  }

  private static ServiceSpec task(Consumer<TaskSpec.Builder> change) {
    return web().task(change).buildUnchecked();
  }

  private static ServiceSpec ports(PortConfig... ports) {
    return web().ports(List.of(ports)).buildUnchecked();
  }

  private static ServiceSpec dnsRoundRobin(PublishMode mode) {
    return web()
        .endpointMode(EndpointMode.DNSRR)
        .publish(new PortConfig("", Protocol.TCP, 80, 8080, mode))
        .buildUnchecked();
  }

  private static Reservations reserved(long nanoCpus, long memoryBytes) {
    return new Reservations(nanoCpus, memoryBytes, List.of());
  }

  private static ServiceSpec generic(GenericResource... resources) {
    return task(t -> t.reservations(new Reservations(0, 0, List.of(resources))));
  }

  private static NamedGenericResource gpu(String value) {
    return new NamedGenericResource("GPU", value);
  }

  private static ServiceSpec generic(String kind, String typeUrl, String payload) {
    return web()
        .runtime(new GenericRuntimeSpec(kind, typeUrl, Payload.of(payload)))
        .buildUnchecked();
  }
}
