// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;

/**
 * How the types that are not records are written, and the names of the members of sealed types.
 * Stateless.
 */
final class CodecTypes {
  private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

  private CodecTypes() {}

  static <B extends MapperBuilder<?, B>> B mixIns(B builder) {
    return builder
        .addMixIn(StoreObject.class, StoreObjects.class)
        .addMixIn(TaskRuntimeSpec.class, Runtimes.class)
        .addMixIn(ServiceMode.class, Modes.class)
        .addMixIn(GenericResource.class, Generics.class)
        .addMixIn(ConfigTarget.class, Targets.class);
  }

  /**
   * Instants and durations as numbers of nanoseconds if compact, in ISO text if not; both are read
   * in either form.
   */
  static SimpleModule module(boolean compact) {
    SimpleModule module = new SimpleModule("jswarm-model");
    module.addSerializer(Payload.class, new PayloadWriter());
    module.addDeserializer(Payload.class, new PayloadReader());
    module.addSerializer(Instant.class, new TimeWriter<>(Instant.class, compact));
    module.addSerializer(Duration.class, new TimeWriter<>(Duration.class, compact));
    module.addDeserializer(Instant.class, new InstantReader());
    module.addDeserializer(Duration.class, new DurationReader());
    return module;
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Cluster.class, name = "cluster"),
    @JsonSubTypes.Type(value = Node.class, name = "node"),
    @JsonSubTypes.Type(value = Service.class, name = "service"),
    @JsonSubTypes.Type(value = Task.class, name = "task"),
    @JsonSubTypes.Type(value = Network.class, name = "network"),
    @JsonSubTypes.Type(value = Secret.class, name = "secret"),
    @JsonSubTypes.Type(value = Config.class, name = "config")
  })
  private interface StoreObjects {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = ContainerSpec.class, name = "container"),
    @JsonSubTypes.Type(value = AttachmentSpec.class, name = "attachment"),
    @JsonSubTypes.Type(value = GenericRuntimeSpec.class, name = "generic")
  })
  private interface Runtimes {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = ServiceMode.Replicated.class, name = "replicated"),
    @JsonSubTypes.Type(value = ServiceMode.Global.class, name = "global"),
    @JsonSubTypes.Type(value = ServiceMode.ReplicatedJob.class, name = "replicatedJob"),
    @JsonSubTypes.Type(value = ServiceMode.GlobalJob.class, name = "globalJob")
  })
  private interface Modes {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = NamedGenericResource.class, name = "named"),
    @JsonSubTypes.Type(value = DiscreteGenericResource.class, name = "discrete")
  })
  private interface Generics {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = FileTarget.class, name = "file"),
    @JsonSubTypes.Type(value = RuntimeTarget.class, name = "runtime")
  })
  private interface Targets {}

  private static final class PayloadWriter extends StdScalarSerializer<Payload> {
    private static final long serialVersionUID = 1L;

    PayloadWriter() {
      super(Payload.class);
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Payload value) {
      return value.isEmpty();
    }

    @Override
    public void serialize(Payload value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeBinary(value.toByteArray());
    }
  }

  private static final class PayloadReader extends StdScalarDeserializer<Payload> {
    private static final long serialVersionUID = 1L;

    PayloadReader() {
      super(Payload.class);
    }

    @Override
    public Object getEmptyValue(DeserializationContext context) {
      return Payload.EMPTY;
    }

    @Override
    public Payload deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return Payload.of(in.getBinaryValue());
    }
  }

  private static final class TimeWriter<T> extends StdScalarSerializer<T> {
    private static final long serialVersionUID = 1L;
    private final boolean compact;

    TimeWriter(Class<T> type, boolean compact) {
      super(type);
      this.compact = compact;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      if (!compact) {
        out.writeString(value.toString());
        return;
      }
      BigInteger total =
          value instanceof Instant instant
              ? nanos(instant.getEpochSecond(), instant.getNano())
              : nanos(((Duration) value).toSeconds(), ((Duration) value).toNanosPart());
      if (total.bitLength() < Long.SIZE) {
        out.writeNumber(total.longValue());
      } else {
        out.writeNumber(total);
      }
    }

    private static BigInteger nanos(long seconds, int nanos) {
      return BigInteger.valueOf(seconds).multiply(NANOS).add(BigInteger.valueOf(nanos));
    }
  }

  private static final class InstantReader extends StdScalarDeserializer<Instant> {
    private static final long serialVersionUID = 1L;

    InstantReader() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        return Instant.parse(in.getText());
      }
      BigInteger[] parts = in.getBigIntegerValue().divideAndRemainder(NANOS);
      return Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
    }
  }

  private static final class DurationReader extends StdScalarDeserializer<Duration> {
    private static final long serialVersionUID = 1L;

    DurationReader() {
      super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser in, DeserializationContext context) throws IOException {
      if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        return Duration.parse(in.getText());
      }
      BigInteger[] parts = in.getBigIntegerValue().divideAndRemainder(NANOS);
      return Duration.ofSeconds(parts[0].longValueExact(), parts[1].longValueExact());
    }
  }
}
