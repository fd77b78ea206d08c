// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static io.jswarm.scheduler.Given.availability;
import static io.jswarm.scheduler.Given.endpoint;
import static io.jswarm.scheduler.Given.label;
import static io.jswarm.scheduler.Given.node;
import static io.jswarm.scheduler.Given.platform;
import static io.jswarm.scheduler.Given.plugins;
import static io.jswarm.scheduler.Given.spec;
import static io.jswarm.scheduler.Given.state;
import static io.jswarm.scheduler.Given.task;
import static io.jswarm.scheduler.Given.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Driver;
import io.jswarm.model.LogDriver;
import io.jswarm.model.Mount;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.Platform;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Protocol;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The filters of S7.3 but resources and max replicas, and explanations. */
class FilterTest {
  private static final TaskSpec ANY = spec().build();

  @ParameterizedTest
  @EnumSource(value = NodeState.class, mode = EnumSource.Mode.EXCLUDE, names = "READY")
  void onlyReadyNodesAreUsed(NodeState state) {
    TestCluster cluster = new TestCluster(state(node("a"), state));
    cluster.service("web", 1, ANY);

    cluster.place();

    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (1 node not available for new tasks)");
  }

  @Test
  void c7_6_theReasonThatStoppedMostNodesComesFirst() {
    TestCluster cluster =
        new TestCluster(
            availability(node("a"), NodeAvailability.DRAIN),
            availability(node("b"), NodeAvailability.PAUSE),
            node("c"));
    cluster.service("web", 1, spec().constraint("node.labels.zone == east").build());

    cluster.place();

    assertThat(cluster.whyWaiting())
        .containsExactly(
            "no suitable node (2 nodes not available for new tasks;"
                + " scheduling constraints not satisfied on 1 node)");
  }

  @Test
  void c7_6_alsoIfItIsALaterFilter() {
    TestCluster cluster =
        new TestCluster(availability(node("a"), NodeAvailability.DRAIN), node("b"), node("c"));
    cluster.service("web", 1, spec().constraint("node.labels.zone == east").build());

    cluster.place();

    assertThat(cluster.whyWaiting())
        .containsExactly(
            "no suitable node (scheduling constraints not satisfied on 2 nodes;"
                + " 1 node not available for new tasks)");
  }

  @Test
  void c7_7_aNodeIsChargedToTheFirstFilterItFails() {
    TestCluster cluster = new TestCluster(availability(node("a"), NodeAvailability.DRAIN));
    cluster.service("web", 1, spec().constraint("node.labels.zone == east").build());

    cluster.place();

    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (1 node not available for new tasks)");
  }

  @Test
  void equalSharesAreToldInTheOrderOfTheFilters() {
    TestCluster cluster =
        new TestCluster(platform(node("a"), "windows", "amd64"), label(node("b"), "zone", "west"));
    cluster.service(
        "web", 1, spec().platform("linux", "").constraint("node.labels.zone != west").build());

    cluster.place();

    assertThat(cluster.whyWaiting())
        .containsExactly(
            "no suitable node (scheduling constraints not satisfied on 1 node;"
                + " unsupported platform on 1 node)");
  }

  @Test
  void withoutNodesThereIsNothingToExplain() {
    TestCluster cluster = new TestCluster();
    cluster.service("web", 1, ANY);

    cluster.place();

    assertThat(cluster.whyWaiting()).containsExactly("no suitable node");
  }

  @Test
  void constraintsAreMetOrTheNodeIsNotUsed() {
    TestCluster cluster =
        new TestCluster(
            label(node("a"), "zone", "west"), label(node("b"), "zone", "east"), node("c"));
    cluster.service(
        "web",
        3,
        spec().constraint("node.labels.zone == EAST").constraint("node.role != manager").build());

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 0, "b", 3, "c", 0));
  }

  @Test
  void aLabelThatChangesOpensTheNode() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.service("web", 1, spec().constraint("node.labels.zone == east").build());
    cluster.place();
    assertThat(cluster.waiting()).hasSize(1);

    cluster.update("a", node -> label(node, "zone", "east"));
    cluster.place();

    assertThat(cluster.nodeOf("web.1.1")).isEqualTo("a");
  }

  @Test
  void aConstraintThatCannotBeReadIsMetByNoNode() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.service("web", 1, spec().constraint("zone = east").build());

    cluster.place();

    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (scheduling constraints not satisfied on 1 node)");
  }

  @ParameterizedTest(name = "wanted {0}/{1}, node {2}/{3}: {4}")
  @CsvSource(
      delimiter = '|',
      value = {
        "linux   | arm64  | linux   | aarch64 | true", // C7.16
        "linux   | aarch64| linux   | arm64   | true",
        "linux   | amd64  | linux   | x86_64  | true",
        "linux   | x86_64 | linux   | amd64   | true",
        "linux   | amd64  | linux   | arm64   | false",
        "linux   | amd64  | windows | amd64   | false",
        "linux   | ''     | linux   | riscv64 | true",
        "''      | amd64  | windows | x86_64  | true",
        "''      | ''     | linux   | amd64   | true",
        "''      | ''     | ''      | ''      | false",
        "linux   | amd64  | ''      | ''      | false",
      })
  void c7_16_platforms(String os, String arch, String nodeOs, String nodeArch, boolean passes) {
    TestCluster cluster = new TestCluster(platform(node("a"), nodeOs, nodeArch));
    cluster.service("web", 1, spec().platform(os, arch).build());

    cluster.place();

    assertThat(cluster.nodeOf("web.1.1").equals("a")).isEqualTo(passes);
    if (!passes) {
      assertThat(cluster.whyWaiting())
          .containsExactly("no suitable node (unsupported platform on 1 node)");
    }
  }

  @Test
  void anyOfThePlatformsWillDo() {
    TestCluster cluster = new TestCluster(platform(node("a"), "linux", "s390x"));
    cluster.service("web", 1, spec().platform("linux", "amd64").platform("linux", "s390x").build());

    cluster.place();

    assertThat(cluster.nodeOf("web.1.1")).isEqualTo("a");
  }

  @Test
  void withoutPlatformsANodeNeedsNone() {
    TestCluster cluster = new TestCluster(platform(node("a"), "", ""));
    assertThat(cluster.nodes.get("a").description().platform()).isEqualTo(Platform.ANY);
    cluster.service("web", 1, ANY);

    cluster.place();

    assertThat(cluster.nodeOf("web.1.1")).isEqualTo("a");
  }

  @Test
  void c7_9_aHostPortIsTakenOncePerNode() {
    TestCluster cluster = new TestCluster(node("a"), node("b"));
    for (int slot = 1; slot <= 3; slot++) {
      cluster.put(published(task("web", slot, 1, ANY), PortConfig.host(9000, 80)));
    }

    cluster.place();

    assertThat(cluster.spread("web")).isEqualTo(Map.of("a", 1, "b", 1));
    assertThat(cluster.whyWaiting())
        .containsExactly("no suitable node (host-mode port already in use on 2 nodes)");
  }

  @Test
  void c7_9_untilTheTaskThatHasItIsGone() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.running("a", published(task("web", 1, 1, ANY), PortConfig.host(9000, 80)));
    cluster.desire("web.1.1", TaskState.SHUTDOWN);
    cluster.put(published(task("next", "web", 1, 2, ANY), PortConfig.host(9000, 80)));

    cluster.place();
    assertThat(cluster.waiting()).hasSize(1);
    cluster.observe("web.1.1", TaskState.SHUTDOWN);
    cluster.place();

    assertThat(cluster.nodeOf("next")).isEqualTo("a");
  }

  @Test
  void otherProtocolsIngressPortsAndPortsChosenByTheNodeAreNotInConflict() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.running("a", published(task("dns", 1, 1, ANY), PortConfig.host(53, 53)));
    PortConfig udp = PortConfig.host(53, 53).withProtocol(Protocol.UDP);
    cluster.put(published(task("udp", 1, 1, ANY), udp));
    cluster.put(published(task("ingress", 1, 1, ANY), PortConfig.ingress(53, 53)));
    cluster.put(published(task("any", 1, 1, ANY), PortConfig.host(0, 53)));
    cluster.put(published(task("any", 2, 1, ANY), PortConfig.host(0, 53)));

    cluster.place();

    assertThat(cluster.waiting()).isEmpty();
  }

  @ParameterizedTest(name = "node has {0}: {1}")
  @CsvSource({
    "Volume/fast, true",
    "Volume/fast:latest, true",
    "Volume/fast:1.2, false",
    "Network/fast, false",
    "Volume/slow, false",
  })
  void volumeDriversHaveToBeThere(String plugin, boolean passes) {
    TestCluster cluster = new TestCluster(plugins(node("a"), plugin));
    cluster.service("db", 1, volume("fast"));

    cluster.place();

    assertThat(cluster.nodeOf("db.1.1").equals("a")).isEqualTo(passes);
    if (!passes) {
      assertThat(cluster.whyWaiting())
          .containsExactly("no suitable node (missing plugin on 1 node)");
    }
  }

  @Test
  void volumeDriversAreNotAskedOfANodeThatDoesNotTellItsPlugins() {
    TestCluster cluster = new TestCluster(node("a"));
    cluster.service("db", 1, volume("fast"));

    cluster.place();

    assertThat(cluster.nodeOf("db.1.1")).isEqualTo("a");
  }

  @Test
  void theLocalVolumeDriverIsNotAPlugin() {
    TestCluster cluster = new TestCluster(plugins(node("a"), "Network/x"));
    cluster.service("db", 1, volume("local"));

    cluster.place();

    assertThat(cluster.nodeOf("db.1.1")).isEqualTo("a");
  }

  @ParameterizedTest(name = "log driver {0}, node has {1}: {2}")
  @CsvSource({
    "fluent, Log/fluent, true",
    "fluent, Log/syslog, false",
    "fluent, Volume/local, true", // lists no log drivers at all
    "none, Log/syslog, true",
    "'', Log/syslog, true",
  })
  void logDriversHaveToBeThere_ifTheNodeListsAny(String driver, String plugin, boolean passes) {
    TestCluster cluster = new TestCluster(plugins(node("a"), plugin));
    LogDriver logDriver = new LogDriver(driver, Map.of());
    cluster.service("web", 1, spec().logDriver(logDriver).build());

    cluster.place();

    assertThat(cluster.nodeOf("web.1.1").equals("a")).isEqualTo(passes);
  }

  @Test
  void theLogDriverGivenByTheClusterCountsUnlessTheTaskHasItsOwn() {
    Node node = plugins(node("a"), "Log/syslog");
    LogDriver fluent = new LogDriver("fluent", Map.of());
    LogDriver syslog = new LogDriver("syslog", Map.of());
    TestCluster cluster = new TestCluster(node);
    cluster.put(with(task("default", 1, 1, ANY), t -> t.logDriver(fluent)));
    TaskSpec own = spec().logDriver(syslog).build();
    cluster.put(with(task("own", 1, 1, own), t -> t.logDriver(fluent)));

    cluster.place();

    assertThat(cluster.waiting()).extracting("id").containsExactly("default.1.1");
  }

  private static Task published(Task task, PortConfig port) {
    return task.withEndpoint(endpoint(port));
  }

  private static TaskSpec volume(String driver) {
    Mount.VolumeOptions options =
        new Mount.VolumeOptions(false, Map.of(), new Driver(driver, Map.of()), "");
    return spec()
        .container(c -> c.mount(Mount.volume("data", "/data").withVolume(options)))
        .build();
  }
}
