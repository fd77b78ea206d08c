// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.jswarm.InvalidSpecException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelTest {
  @Test
  void statesAreInTheOrderOfTheirNumbers() {
    assertThat(TaskState.values()).extracting(TaskState::number).isSorted();
    assertThat(TaskState.values())
        .extracting(TaskState::number)
        .containsExactly(0, 64, 192, 256, 320, 384, 448, 512, 576, 640, 704, 768, 800, 832);
    assertThat(TaskState.values())
        .filteredOn(TaskState::isTerminal)
        .containsExactly(
            TaskState.COMPLETE,
            TaskState.SHUTDOWN,
            TaskState.FAILED,
            TaskState.REJECTED,
            TaskState.REMOVE,
            TaskState.ORPHANED);
  }

  @Test
  void statesAreComparedByName() {
    assertThat(TaskState.NEW.isBefore(TaskState.RUNNING)).isTrue();
    assertThat(TaskState.RUNNING.isBefore(TaskState.RUNNING)).isFalse();
    assertThat(TaskState.RUNNING.isAfter(TaskState.STARTING)).isTrue();
    assertThat(TaskState.RUNNING.isAfter(TaskState.RUNNING)).isFalse();
    assertThat(TaskState.RUNNING.atMost(TaskState.RUNNING)).isTrue();
    assertThat(TaskState.COMPLETE.atMost(TaskState.RUNNING)).isFalse();
    assertThat(TaskState.RUNNING.atLeast(TaskState.RUNNING)).isTrue();
    assertThat(TaskState.NEW.atLeast(TaskState.RUNNING)).isFalse();
  }

  @Test
  void aTaskIsShownByServiceSlotAndId() {
    Task task = task().serviceName("web").slot(2).nodeId("n1").build();

    assertThat(task.displayName()).isEqualTo("web.2.t1");
    assertThat(task.toBuilder().slot(0).build().displayName()).isEqualTo("web.n1.t1");
    assertThat(task.toBuilder().name("given").build().displayName()).isEqualTo("given");
  }

  @Test
  void aTaskSharesTheSpecAndTheLabelsOfItsService() {
    TaskSpec spec = TaskSpec.of(ContainerSpec.of("nginx"));
    Service service =
        Service.of("s", ServiceSpec.replicated("web", 1).image("nginx").label("a", "b").build());
    Task task = task().spec(spec).serviceLabels(service.spec().labels()).build();

    Task changed =
        task.withNodeId("n")
            .withDesiredState(TaskState.SHUTDOWN)
            .withMeta(new Meta(2, Instant.EPOCH, Instant.EPOCH));

    assertThat(changed.spec()).isSameAs(spec);
    assertThat(changed.serviceLabels()).isSameAs(service.spec().labels());
    assertThat(changed.isAssigned()).isTrue();
    assertThat(task.isAssigned()).isFalse();
    assertThat(task.hasService()).isFalse();
  }

  @Test
  void whatWasGivenCanChangeWithoutChangingTheModel() {
    List<String> args = new ArrayList<>(List.of("a"));
    Map<String, String> labels = new LinkedHashMap<>(Map.of("k", "v"));
    byte[] data = {1, 2};
    ContainerSpec container = ContainerSpec.builder("nginx").args(args).labels(labels).build();
    SecretSpec secret = SecretSpec.of("s", data);

    args.add("b");
    labels.put("l", "w");
    data[0] = 9;
    secret.data().toByteArray()[1] = 9;

    assertThat(container.args()).containsExactly("a");
    assertThat(container.labels()).containsExactly(Map.entry("k", "v"));
    assertThat(secret.data().toByteArray()).containsExactly(1, 2);
  }

  @Test
  void collectionsOfTheModelCannotBeChanged() {
    ContainerSpec container = ContainerSpec.builder("nginx").args("a").label("k", "v").build();

    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> container.args().add("b"));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> container.labels().put("a", "b"));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> container.labels().remove("k"));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> container.labels().entrySet().iterator().next().setValue("w"));
  }

  @Test
  void mapsIterateInTheOrderOfTheirKeys() {
    Map<String, String> given = new LinkedHashMap<>();
    for (String key : List.of("zone", "a", "rack", "B", "")) {
      given.put(key, "v" + key);
    }

    Map<String, String> labels = NodeSpec.worker().toBuilder().labels(given).build().labels();

    assertThat(labels.keySet()).containsExactly("", "B", "a", "rack", "zone");
    assertThat(labels).isEqualTo(given).hasSameHashCodeAs(given).hasSize(5);
    assertThat(labels.get("rack")).isEqualTo("vrack");
    assertThat(labels.get("none")).isNull();
    assertThat(labels.containsKey("zone")).isTrue();
    assertThat(labels.containsKey("zon")).isFalse();
  }

  @Test
  void recordsRefuseNull() {
    assertThatNullPointerException()
        .isThrownBy(() -> new Platform(nothing(), ""))
        .withMessage("os");
    assertThatNullPointerException().isThrownBy(() -> new LogDriver("x", nothing()));
    assertThatNullPointerException()
        .isThrownBy(() -> new EndpointSpec(EndpointMode.VIP, nothing()));
    assertThatNullPointerException()
        .isThrownBy(
            () ->
                new EndpointSpec(
                    EndpointMode.VIP, Arrays.asList(PortConfig.host(0, 1), nothing())));
  }

  @Test
  void nothingConfidentialIsPrinted() {
    Secret secret = Secret.of("s1", SecretSpec.of("key", "hunter2"));
    PullOptions pull = new PullOptions("hunter2");
    Cluster cluster =
        Cluster.of("c", ClusterSpec.defaults())
            .withRootCa(
                new Cluster.RootCa(
                    Payload.of("hunter2"),
                    Payload.EMPTY,
                    "",
                    new Cluster.JoinTokens("hunter2", "hunter2"),
                    null,
                    0));

    assertThat(List.of(secret, pull, cluster).toString())
        .doesNotContain("hunter2")
        .contains("[7 bytes]");
    assertThat(secret.withoutData().spec().data().isEmpty()).isTrue();
  }

  @Test
  void c12_12_aClusterIsShownWithoutKeysButWithTokens() {
    Cluster filled = RecordFiller.fill(Cluster.class);

    Cluster shown = filled.redacted();

    String json = ModelCodec.toJson(shown);
    Cluster.RootCa root = filled.rootCa();
    Cluster.RootRotation rotation = requireNonNull(root.rotation());
    for (Payload secret :
        List.of(
            root.caKey(),
            rotation.caKey(),
            filled.spec().ca().signingCaKey(),
            filled.spec().ca().signingCaCert(),
            filled.unlockKeys().get(0).key(),
            filled.networkBootstrapKeys().get(0).key())) {
      assertThat(json).doesNotContain(base64(secret));
    }
    assertThat(shown.rootCa().joinTokens()).isEqualTo(root.joinTokens());
    assertThat(json).contains(base64(root.caCert()));
    assertThat(shown.blacklistedCertificates()).isEqualTo(filled.blacklistedCertificates());
  }

  private static String base64(Payload payload) {
    return Base64.getEncoder().encodeToString(payload.toByteArray());
  }

  @Test
  void payloadsAreEqualByContent() {
    assertThat(Payload.of("a"))
        .isEqualTo(Payload.of(new byte[] {'a'}))
        .hasSameHashCodeAs(Payload.of("a"));
    assertThat(Payload.of("a")).isNotEqualTo(Payload.of("b"));
    assertThat(Payload.of("ü").toUtf8()).isEqualTo("ü");
    assertThat(Payload.of("ü").size()).isEqualTo(2);
  }

  @Test
  void aNodeIsCalledByItsNameOrItsHost() {
    Node node =
        Node.of("n", NodeSpec.worker())
            .withDescription(NodeDescription.of("h", Platform.ANY, NodeResources.NONE));

    assertThat(node.name()).isEqualTo("h");
    assertThat(node.withSpec(NodeSpec.worker().toBuilder().name("given").build()).name())
        .isEqualTo("given");
  }

  @Test
  void onlyReadyAndActiveNodesAcceptTasks() {
    Node ready =
        Node.of("n", NodeSpec.worker()).withStatus(new NodeStatus(NodeState.READY, "", ""));

    assertThat(ready.acceptsTasks()).isTrue();
    assertThat(ready.withStatus(NodeStatus.UNKNOWN).acceptsTasks()).isFalse();
    assertThat(
            ready
                .withSpec(
                    NodeSpec.worker().toBuilder().availability(NodeAvailability.PAUSE).build())
                .acceptsTasks())
        .isFalse();
  }

  @Test
  void onlyJobsHaveAJobStatus() {
    assertThat(Service.of("s", ServiceSpec.globalJob("j").image("a").build()).jobStatus())
        .isNotNull();
    assertThat(Service.of("s", ServiceSpec.global("g").image("a").build()).jobStatus()).isNull();
  }

  @Test
  void anInvalidSpecNamesTheObjectAndTheViolation() {
    InvalidSpecException invalid = new InvalidSpecException("service web", "name", "is wrong");

    assertThat(invalid).hasMessage("invalid service web: name: is wrong");
    assertThat(invalid.violations())
        .containsExactly(new InvalidSpecException.Violation("name", "is wrong"));
    assertThat(invalid.isRetriable()).isFalse();
  }

  private static Task.Builder task() {
    return Task.builder(
        "t1",
        TaskSpec.of(ContainerSpec.of("nginx")),
        TaskStatus.of(TaskState.NEW, Instant.EPOCH, "created"),
        TaskState.RUNNING);
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what a careless caller passes
  private static <T> T nothing() {
    return null;
  }
}
