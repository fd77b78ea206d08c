// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jswarm.TaskRuntimeException;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Limits;
import io.jswarm.model.LogDriver;
import io.jswarm.model.Mount;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Privileges;
import io.jswarm.model.Protocol;
import io.jswarm.model.Reservations;
import io.jswarm.model.ResourceRequirements;
import io.jswarm.model.TaskSpec;
import io.jswarm.spi.TaskAssignment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerRequestTest {
  private static final ContainerSpec BARE = ContainerSpec.of("nginx");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void absentStaysAbsent() {
    JsonNode request = request(BARE);

    assertThat(request.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("Image", "Labels", "Tty", "OpenStdin", "HostConfig");
    assertThat(request.path("HostConfig")).isEqualTo(json("{'ReadonlyRootfs': false}"));
  }

  @Test
  void labelsOfOursCannotBeOverridden() {
    TaskAssignment plain =
        assignment(BARE.toBuilder().label("com.docker.swarm.service.name", "forged").build());
    TaskAssignment task =
        new TaskAssignment(
            plain.task(),
            plain.container(),
            Map.of("com.docker.swarm.extra", "1"),
            Map.of(),
            Map.of(),
            Map.of());

    assertThat(ContainerRequest.labels(task))
        .containsEntry("com.docker.swarm.service.name", "web")
        .containsEntry("com.docker.swarm.task", "")
        .containsEntry("com.docker.swarm.extra", "1");
  }

  @Test
  void environmentOfOursReplacesTheUsers() {
    TaskAssignment plain =
        assignment(
            BARE.toBuilder().env(List.of("A=1", "DOCKER_RESOURCE_GPU=9", "A=2", "FLAG")).build());
    TaskAssignment task =
        new TaskAssignment(
            plain.task(),
            plain.container(),
            Map.of(),
            Map.of("DOCKER_RESOURCE_GPU", "1"),
            Map.of(),
            Map.of());

    assertThat(request(task).path("Env"))
        .isEqualTo(json("['A=2', 'DOCKER_RESOURCE_GPU=1', 'FLAG']"));
  }

  @Test
  void hostPortsAreBoundAndIngressPortsAreNot() {
    JsonNode request =
        request(
            RuntimeDriver.assignment(
                "t1",
                TaskSpec.of(BARE),
                PortConfig.host(8080, 80),
                PortConfig.host(0, 80),
                PortConfig.host(53, 53).withProtocol(Protocol.UDP),
                PortConfig.ingress(443, 443)));

    assertThat(request.path("ExposedPorts")).isEqualTo(json("{'80/tcp': {}, '53/udp': {}}"));
    assertThat(request.path("HostConfig").path("PortBindings"))
        .isEqualTo(
            json(
                "{'80/tcp': [{'HostPort': '8080'}, {'HostPort': ''}],"
                    + " '53/udp': [{'HostPort': '53'}]}"));
  }

  @ParameterizedTest
  @CsvSource({"500000000, 50000", "1500000000, 150000", "10000000, 1000", "1000000, 1000"})
  void cpuLimitIsAQuotaOverAHundredMilliseconds(long nanoCpus, long quota) {
    JsonNode host = resources(new Limits(nanoCpus, 0), Reservations.NONE, null);

    assertThat(host.path("CpuPeriod").asLong()).isEqualTo(100_000);
    assertThat(host.path("CpuQuota").asLong()).isEqualTo(quota);
  }

  @ParameterizedTest
  @CsvSource({"-1, -1", "0, 100000000", "50000000, 150000000"})
  void swapIsCountedOnTopOfTheMemoryLimit(long swap, long total) {
    JsonNode host = resources(new Limits(0, 100_000_000), Reservations.NONE, swap);

    assertThat(host.path("MemorySwap").asLong()).isEqualTo(total);
  }

  @Test
  void swapWithoutAMemoryLimitMeansNothing() {
    assertThat(resources(Limits.NONE, Reservations.NONE, 5L).has("MemorySwap")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"4194304, ", "67108864, 67108864", "999999999999, 134217728"})
  void reservationIsTheSoftLimitWithinWhatTheEngineTakes(long reserved, Long softLimit) {
    JsonNode host =
        resources(new Limits(0, 128 << 20), new Reservations(0, reserved, List.of()), null);

    assertThat(host.path("MemoryReservation").isMissingNode()).isEqualTo(softLimit == null);
    if (softLimit != null) {
      assertThat(host.path("MemoryReservation").asLong()).isEqualTo(softLimit);
    }
  }

  @Test
  void privilegesBecomeSecurityOptions() {
    Privileges privileges =
        new Privileges(
            new Privileges.CredentialSpec(Privileges.CredentialSpec.Source.CONFIG, "c1"),
            new Privileges.SeLinux(false, "u", "r", "t", "s0"),
            new Privileges.Seccomp(
                Privileges.Seccomp.Mode.UNCONFINED, Privileges.Seccomp.DEFAULT.profile()),
            Privileges.AppArmor.DEFAULT,
            false);
    TaskAssignment plain = assignment(BARE.toBuilder().privileges(privileges).build());
    TaskAssignment task =
        new TaskAssignment(
            plain.task(),
            plain.container(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of("c1", Config.of("c1", ConfigSpec.of("cred", "{}"))));

    assertThat(request(task).path("HostConfig").path("SecurityOpt"))
        .isEqualTo(
            json(
                "['credentialspec=raw://{}', 'label=user:u', 'label=role:r', 'label=type:t',"
                    + " 'label=level:s0', 'seccomp=unconfined']"));
  }

  @Test
  void logDriverOfTheTaskComesBeforeTheSpecs() {
    TaskSpec spec =
        TaskSpec.builder(BARE).logDriver(new LogDriver("syslog", Map.of("tag", "x"))).build();
    TaskAssignment ofSpec = RuntimeDriver.assignment("t1", spec);
    TaskAssignment ofTask =
        new TaskAssignment(
            ofSpec.task().toBuilder().logDriver(new LogDriver("loki", Map.of())).build(),
            BARE,
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of());

    assertThat(request(ofSpec).path("HostConfig").path("LogConfig"))
        .isEqualTo(json("{'Type': 'syslog', 'Config': {'tag': 'x'}}"));
    assertThat(request(ofTask).path("HostConfig").path("LogConfig"))
        .isEqualTo(json("{'Type': 'loki'}"));
  }

  @Test
  void optionsThatDockerJavaHasNoWordsForAreSentToo() {
    Mount bind =
        Mount.bind("/a", "/b")
            .withBind(new Mount.BindOptions(Mount.Propagation.RPRIVATE, false, true, true, true));
    Mount volume =
        Mount.volume("v", "/c").withVolume(new Mount.VolumeOptions(false, Map.of(), null, "sub"));
    Mount tmpfs =
        new Mount(
            Mount.Type.TMPFS,
            "",
            "/d",
            false,
            Mount.Consistency.DEFAULT,
            null,
            null,
            new Mount.TmpfsOptions(0, 0, "exec,uid=7"));
    JsonNode mounts =
        request(BARE.toBuilder().mount(bind).mount(volume).mount(tmpfs).build())
            .path("HostConfig")
            .path("Mounts");

    assertThat(mounts.path(0).path("BindOptions"))
        .isEqualTo(
            json(
                "{'Propagation': 'rprivate', 'CreateMountpoint': true,"
                    + " 'ReadOnlyNonRecursive': true, 'ReadOnlyForceRecursive': true}"));
    assertThat(mounts.path(1).path("VolumeOptions")).isEqualTo(json("{'Subpath': 'sub'}"));
    assertThat(mounts.path(2).path("TmpfsOptions"))
        .isEqualTo(json("{'Options': [['exec'], ['uid', '7']]}"));
  }

  @ParameterizedTest
  @CsvSource({
    "BIND, relative, /x, source of a bind mount must be an absolute path",
    "BIND, /abs, x, target must be an absolute path",
    "VOLUME, /abs, /x, not a path",
    "TMPFS, something, /x, no source",
    "CLUSTER, group:g, /x, cluster volumes"
  })
  void mountsThatCannotBeAreRefused(Mount.Type type, String source, String target, String why) {
    Mount mount =
        new Mount(type, source, target, false, Mount.Consistency.DEFAULT, null, null, null);

    assertThatThrownBy(() -> request(BARE.toBuilder().mount(mount).build()))
        .isInstanceOf(TaskRuntimeException.class)
        .hasMessageContaining(source)
        .hasMessageContaining(why);
  }

  private static JsonNode resources(Limits limits, Reservations reservations, Long swap) {
    TaskSpec spec =
        TaskSpec.builder(BARE)
            .resources(new ResourceRequirements(limits, reservations, swap, null))
            .build();
    return request(RuntimeDriver.assignment("t1", spec)).path("HostConfig");
  }

  private static TaskAssignment assignment(ContainerSpec container) {
    return RuntimeDriver.assignment("t1", TaskSpec.of(container));
  }

  private static JsonNode request(ContainerSpec container) {
    return request(assignment(container));
  }

  /** Read back from text, so that numbers compare by value and not by type. */
  private static JsonNode request(TaskAssignment task) {
    return json(ContainerRequest.of(task, ContainerFiles.of(task)).toString());
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.startsWith("{\"") ? text : text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
