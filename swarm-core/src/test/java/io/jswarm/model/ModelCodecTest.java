// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelCodecTest {
  /** Enough to meet every member of every sealed type. */
  private static final int VARIANTS = 8;

  @ParameterizedTest
  @EnumSource
  void everyComponentOfEveryKindSurvivesCborAndJson(Kind kind) {
    for (int variant = 0; variant < VARIANTS; variant++) {
      StoreObject object = RecordFiller.fill(type(kind), variant);

      assertThat(object.kind()).isEqualTo(kind);
      assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(object), type(kind))).isEqualTo(object);
      assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(object), StoreObject.class))
          .isEqualTo(object);
      assertThat(ModelCodec.fromJson(ModelCodec.toJson(object), StoreObject.class))
          .isEqualTo(object);
    }
  }

  @Test
  void everyMemberOfASealedTypeSurvives() {
    for (Class<?> sealed :
        List.of(
            StoreObject.class,
            TaskRuntimeSpec.class,
            ServiceMode.class,
            GenericResource.class,
            ConfigTarget.class)) {
      for (Class<?> member : sealed.getPermittedSubclasses()) {
        Object value = RecordFiller.fill(member);

        assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(value), sealed)).isEqualTo(value);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theJsonHoldsTheComponentsAndNothingElse(Kind kind) throws JsonProcessingException {
    for (int variant = 0; variant < VARIANTS; variant++) {
      StoreObject object = RecordFiller.fill(type(kind), variant);

      assertHoldsComponents(object, new ObjectMapper().readTree(ModelCodec.toJson(object)), "");
    }
  }

  @Test
  void absentComponentsAreNotWrittenAndReadBackAsAbsent() {
    ServiceSpec spec = ServiceSpec.replicated("web", 3).image("nginx").build();
    Service service = Service.of("s1", spec);

    assertThat(ModelCodec.toJson(spec))
        .isEqualTo(
            "{\"name\":\"web\",\"mode\":{\"type\":\"replicated\",\"replicas\":3},\"task\":{\"runtime\":{\"type\":\"container\","
                + "\"image\":\"nginx\",\"privileges\":{\"seccomp\":{\"mode\":\"DEFAULT\"},\"appArmor\":\"DEFAULT\"},"
                + "\"pullOptions\":{},\"dnsConfig\":{},\"healthcheck\":{\"interval\":\"PT0S\",\"timeout\":\"PT0S\","
                + "\"startPeriod\":\"PT0S\",\"startInterval\":\"PT0S\"},\"isolation\":\"DEFAULT\"},"
                + "\"resources\":{\"limits\":{},\"reservations\":{}},\"placement\":{}},\"endpoint\":{\"mode\":\"VIP\"}}");
    assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(service), Service.class)).isEqualTo(service);
    assertThat(ModelCodec.fromJson(ModelCodec.toJson(service), Service.class)).isEqualTo(service);
  }

  @Test
  void absentAndZeroAreToldApart() {
    List<ContainerStatus> statuses = new ArrayList<>();
    statuses.add(new ContainerStatus("c", 0, null));
    statuses.add(new ContainerStatus("c", 0, 0));
    for (ContainerStatus status : statuses) {
      assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(status), ContainerStatus.class))
          .isEqualTo(status);
    }
    ContainerSpec without = ContainerSpec.of("nginx");
    ContainerSpec withFalse = without.toBuilder().init(false).build();
    assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(withFalse), ContainerSpec.class))
        .isEqualTo(withFalse);
    assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(without), ContainerSpec.class))
        .isEqualTo(without);
  }

  @Test
  void fieldsOfANewerVersionAreIgnoredAndThoseOfAnOlderOneAreEmpty() {
    String newer = "{\"name\":\"s\",\"colour\":\"red\",\"nested\":{\"a\":[1]}}";

    assertThat(ModelCodec.fromJson(newer, SecretSpec.class))
        .isEqualTo(SecretSpec.builder("s").build());
    assertThat(
            ModelCodec.fromJson(
                "{\"targetPort\":null,\"protocol\":\"TCP\",\"publishMode\":\"HOST\"}",
                PortConfig.class))
        .isEqualTo(PortConfig.host(0, 0));
  }

  @Test
  void timesBeyondALongOfNanosecondsSurvive() {
    for (Meta meta :
        List.of(
            new Meta(1, Instant.MIN, Instant.MAX),
            new Meta(1, Instant.ofEpochSecond(-1, 999_999_999), Instant.ofEpochSecond(-5, 1)))) {
      assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(meta), Meta.class)).isEqualTo(meta);
      assertThat(ModelCodec.fromJson(ModelCodec.toJson(meta), Meta.class)).isEqualTo(meta);
    }
    for (Duration window :
        List.of(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999), Duration.ofNanos(-1))) {
      RestartPolicy policy = RestartPolicy.builder().window(window).build();
      assertThat(ModelCodec.fromCbor(ModelCodec.toCbor(policy), RestartPolicy.class))
          .isEqualTo(policy);
    }
  }

  @Test
  void garbageIsRefusedWithoutInstantiatingAnything() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelCodec.fromCbor(new byte[] {1, 2, 3}, Task.class))
        .withMessageStartingWith("cannot read Task");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ModelCodec.fromJson("{\"type\":\"java.lang.Runtime\"}", ServiceMode.class));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelCodec.fromJson("{\"mode\":{}}", ServiceSpec.class));
  }

  private static void assertHoldsComponents(Object record, JsonNode json, String path) {
    TreeSet<String> written = new TreeSet<>();
    json.fieldNames().forEachRemaining(written::add);
    if (Arrays.stream(record.getClass().getInterfaces()).anyMatch(Class::isSealed)) {
      assertThat(written.remove("type")).as(path).isTrue();
    }
    RecordComponent[] components = record.getClass().getRecordComponents();
    assertThat(written)
        .as(path)
        .containsExactlyInAnyOrder(
            Arrays.stream(components).map(RecordComponent::getName).toArray(String[]::new));
    for (RecordComponent component : components) {
      String name = component.getName();
      Object value = value(record, component);
      if (value instanceof Record) {
        assertHoldsComponents(value, json.get(name), path + "." + name);
      } else if (value instanceof List && holdsRecords(component.getGenericType())) {
        assertHoldsComponents(((List<?>) value).get(0), json.get(name).get(0), path + "." + name);
      }
    }
  }

  private static boolean holdsRecords(Type list) {
    Type element = ((ParameterizedType) list).getActualTypeArguments()[0];
    return element instanceof Class
        && (((Class<?>) element).isRecord() || ((Class<?>) element).isSealed());
  }

  private static Object value(Object record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(component.toString(), e);
    }
  }

  private static Class<? extends StoreObject> type(Kind kind) {
    return Map.of(
            Kind.CLUSTER, Cluster.class,
            Kind.NODE, Node.class,
            Kind.SERVICE, Service.class,
            Kind.TASK, Task.class,
            Kind.NETWORK, Network.class,
            Kind.SECRET, Secret.class,
            Kind.CONFIG, Config.class)
        .get(kind);
  }
}
