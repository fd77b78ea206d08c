// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.DnsConfig;
import io.jswarm.model.Driver;
import io.jswarm.model.Healthcheck;
import io.jswarm.model.Limits;
import io.jswarm.model.LogDriver;
import io.jswarm.model.Mount;
import io.jswarm.model.Payload;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Privileges;
import io.jswarm.model.Protocol;
import io.jswarm.model.Reservations;
import io.jswarm.model.ResourceRequirements;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.Ulimit;
import io.jswarm.spi.TaskAssignment;
import io.jswarm.testing.RequiresDocker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine says of a container made from a spec with every option. */
@RequiresDocker
class ContainerOptionsIT {
  private static final long MIB = 1 << 20;
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir Path directory;

  @Test
  void everyOptionOfTheSpecReachesTheEngine() {
    try (RuntimeDriver driver = new RuntimeDriver()) {
      TaskAssignment task =
          driver.task(
              TaskSpec.builder(container())
                  .resources(
                      new ResourceRequirements(
                          new Limits(500_000_000, 64 * MIB),
                          new Reservations(0, 32 * MIB, List.of()),
                          16 * MIB,
                          40L))
                  .logDriver(new LogDriver("json-file", Map.of("max-file", "2", "max-size", "1m")))
                  .build(),
              PortConfig.host(0, 8080),
              PortConfig.host(0, 5353).withProtocol(Protocol.UDP),
              PortConfig.ingress(80, 8080));

      driver.run(task);

      JsonNode inspected =
          new ObjectMapper().valueToTree(driver.engine.container(task.taskId()).getRawValues());
      assertThat(inspected.path("Name").asText()).isEqualTo("/" + task.task().displayName());
      checkConfig(inspected.path("Config"));
      checkHost(inspected.path("HostConfig"));
      checkResources(inspected.path("HostConfig"));
      checkMounts(inspected.path("HostConfig").path("Mounts"));
      checkPorts(driver, task);
    }
  }

  private ContainerSpec container() {
    return ContainerSpec.builder(BusyboxImage.NAME)
        .label("colour", "blue")
        .label("com.docker.swarm.task.id", "forged")
        .label("com.docker.swarm.node.id", "forged")
        .command("/bin/sh", "-c")
        .args("trap 'exit 0' INT; while :; do sleep 0.1; done")
        .hostname("host-1")
        .env("A", "1")
        .dir("/tmp")
        .user("0:0")
        .group("5")
        .privileges(
            new Privileges(
                null,
                new Privileges.SeLinux(true, "", "", "", ""),
                new Privileges.Seccomp(
                    Privileges.Seccomp.Mode.CUSTOM,
                    Payload.of("{\"defaultAction\":\"SCMP_ACT_ALLOW\"}")),
                Privileges.AppArmor.DISABLED,
                true))
        .init(false)
        .tty(true)
        .openStdin(true)
        .readOnly(true)
        .stopSignal("SIGINT")
        .stopGracePeriod(Duration.ofSeconds(7))
        .mount(
            Mount.bind(directory.toString(), "/bound")
                .withBind(
                    new Mount.BindOptions(Mount.Propagation.PRIVATE, true, false, false, false))
                .asReadOnly())
        .mount(
            Mount.volume("", "/anonymous")
                .withVolume(
                    new Mount.VolumeOptions(
                        true, Map.of("v", "1"), new Driver("local", Map.of()), "")))
        .mount(
            new Mount(
                Mount.Type.TMPFS,
                "",
                "/memory",
                false,
                Mount.Consistency.DEFAULT,
                null,
                null,
                new Mount.TmpfsOptions(MIB, 01770, "")))
        .host("10.1.2.3 db db.local")
        .dnsConfig(new DnsConfig(List.of("10.0.0.53"), List.of("example.org"), List.of("ndots:2")))
        .healthcheck(
            Healthcheck.shell("true")
                .withInterval(SECOND)
                .withTimeout(Duration.ofSeconds(2))
                .withRetries(4)
                .withStart(Duration.ofSeconds(3), SECOND))
        .pidsLimit(50)
        .sysctl("net.ipv4.ip_unprivileged_port_start", "80")
        .addCapability("NET_ADMIN")
        .dropCapability("CHOWN")
        .ulimit(new Ulimit("nofile", 100, 200))
        .oomScoreAdj(100)
        .build();
  }

  private static void checkConfig(JsonNode config) {
    assertThat(texts(config.path("Env"))).contains("A=1");
    assertThat(texts(config.path("Entrypoint"))).containsExactly("/bin/sh", "-c");
    assertThat(texts(config.path("Cmd"))).hasSize(1);
    assertThat(config.path("Hostname").asText()).isEqualTo("host-1");
    assertThat(config.path("WorkingDir").asText()).isEqualTo("/tmp");
    assertThat(config.path("User").asText()).isEqualTo("0:0");
    assertThat(config.path("Tty").asBoolean()).isTrue();
    assertThat(config.path("OpenStdin").asBoolean()).isTrue();
    assertThat(config.path("StopSignal").asText()).isEqualTo("SIGINT");
    assertThat(config.path("StopTimeout").asInt()).isEqualTo(7);
    assertThat(config.path("Labels").path("colour").asText()).isEqualTo("blue");
    assertThat(config.path("Labels").path("com.docker.swarm.task.id").asText()).hasSize(25);
    assertThat(config.path("Labels").path("com.docker.swarm.node.id").asText())
        .isEqualTo(RuntimeDriver.NODE);
    assertThat(config.path("Labels").path("com.docker.swarm.service.name").asText())
        .isEqualTo("web");
    JsonNode health = config.path("Healthcheck");
    assertThat(texts(health.path("Test"))).containsExactly("CMD-SHELL", "true");
    assertThat(health.path("Interval").asLong()).isEqualTo(SECOND.toNanos());
    assertThat(health.path("Timeout").asLong()).isEqualTo(2 * SECOND.toNanos());
    assertThat(health.path("StartPeriod").asLong()).isEqualTo(3 * SECOND.toNanos());
    assertThat(health.path("Retries").asInt()).isEqualTo(4);
  }

  private static void checkHost(JsonNode host) {
    assertThat(texts(host.path("GroupAdd"))).containsExactly("5");
    assertThat(host.path("Init").isBoolean()).isTrue();
    assertThat(host.path("Init").asBoolean()).isFalse();
    assertThat(host.path("ReadonlyRootfs").asBoolean()).isTrue();
    assertThat(texts(host.path("ExtraHosts"))).containsExactly("db:10.1.2.3", "db.local:10.1.2.3");
    assertThat(texts(host.path("Dns"))).containsExactly("10.0.0.53");
    assertThat(texts(host.path("DnsSearch"))).containsExactly("example.org");
    assertThat(texts(host.path("DnsOptions"))).containsExactly("ndots:2");
    assertThat(texts(host.path("CapAdd"))).containsExactly("NET_ADMIN");
    assertThat(texts(host.path("CapDrop"))).containsExactly("CHOWN");
    assertThat(texts(host.path("SecurityOpt")))
        .contains(
            "label=disable",
            "seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
            "apparmor=unconfined",
            "no-new-privileges=true");
    assertThat(host.path("LogConfig").path("Type").asText()).isEqualTo("json-file");
    assertThat(host.path("LogConfig").path("Config").path("max-size").asText()).isEqualTo("1m");
    assertThat(host.path("Sysctls").path("net.ipv4.ip_unprivileged_port_start").asText())
        .isEqualTo("80");
    assertThat(host.path("OomScoreAdj").asInt()).isEqualTo(100);
  }

  private static void checkResources(JsonNode host) {
    assertThat(host.path("CpuPeriod").asLong()).isEqualTo(100_000);
    assertThat(host.path("CpuQuota").asLong()).isEqualTo(50_000);
    assertThat(host.path("Memory").asLong()).isEqualTo(64 * MIB);
    assertThat(host.path("MemorySwap").asLong()).isEqualTo(80 * MIB);
    assertThat(host.path("MemoryReservation").asLong()).isEqualTo(32 * MIB);
    assertThat(host.path("MemorySwappiness").asLong()).isEqualTo(40);
    assertThat(host.path("PidsLimit").asLong()).isEqualTo(50);
    JsonNode ulimit = host.path("Ulimits").path(0);
    assertThat(ulimit.path("Name").asText()).isEqualTo("nofile");
    assertThat(ulimit.path("Soft").asLong()).isEqualTo(100);
    assertThat(ulimit.path("Hard").asLong()).isEqualTo(200);
  }

  private void checkMounts(JsonNode mounts) {
    JsonNode bind = mounts.path(0);
    assertThat(bind.path("Type").asText()).isEqualTo("bind");
    assertThat(bind.path("Source").asText()).isEqualTo(directory.toString());
    assertThat(bind.path("ReadOnly").asBoolean()).isTrue();
    assertThat(bind.path("BindOptions").path("Propagation").asText()).isEqualTo("private");
    assertThat(bind.path("BindOptions").path("NonRecursive").asBoolean()).isTrue();
    JsonNode volume = mounts.path(1);
    assertThat(volume.path("Type").asText()).isEqualTo("volume");
    assertThat(volume.path("VolumeOptions").path("NoCopy").asBoolean()).isTrue();
    assertThat(volume.path("VolumeOptions").path("Labels").path("v").asText()).isEqualTo("1");
    assertThat(volume.path("VolumeOptions").path("DriverConfig").path("Name").asText())
        .isEqualTo("local");
    JsonNode tmpfs = mounts.path(2);
    assertThat(tmpfs.path("Type").asText()).isEqualTo("tmpfs");
    assertThat(tmpfs.path("TmpfsOptions").path("SizeBytes").asLong()).isEqualTo(MIB);
    assertThat(tmpfs.path("TmpfsOptions").path("Mode").asInt()).isEqualTo(01770);
  }

  private static void checkPorts(RuntimeDriver driver, TaskAssignment task) {
    List<PortConfig> ports =
        driver.await(driver.runtime.inspect(task.taskId())).orElseThrow().ports();
    assertThat(ports)
        .extracting(PortConfig::targetPort, PortConfig::protocol)
        .containsExactly(tuple(5353, Protocol.UDP), tuple(8080, Protocol.TCP));
    assertThat(ports).allSatisfy(port -> assertThat(port.publishedPort()).isPositive());
  }

  private static List<String> texts(JsonNode array) {
    return new ObjectMapper().convertValue(array, new TypeReference<List<String>>() {});
  }
}
