// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.ImmutableSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;

/**
 * Writes and reads the records of other packages, made of model records and of unions of their own:
 * a byte that is the format's version, then CBOR by the rules of {@link ModelCodec}. The members of
 * a union are told apart by short names from a fixed list; nothing is instantiated by class name.
 *
 * <p>Thread-safe. Fields a reader does not know are ignored; a member it does not know is an error,
 * and so is the absence of what may be neither null, empty nor zero: what comes in is from others.
 */
public final class RecordCodec {
  private static final byte FORMAT = 1;
  private static final int USUAL_BYTES = 128;

  private final ObjectMapper mapper;
  private final ImmutableSet<Class<?>> members;

  private RecordCodec(ObjectMapper mapper, ImmutableSet<Class<?>> members) {
    this.mapper = mapper;
    this.members = members;
  }

  /** Begins without any union. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The bytes of a record.
   *
   * @throws IllegalArgumentException if it is no member of a union, or made of something that has
   *     no written form
   */
  public byte[] write(Object value) {
    if (!members.contains(value.getClass())) {
      throw new IllegalArgumentException(
          "cannot write " + value.getClass().getSimpleName() + ": it has no name on the wire");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
    out.write(FORMAT);
    try {
      mapper.writeValue(out, value);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot write " + value.getClass().getSimpleName() + ": " + reason(e), e);
    }
    return out.toByteArray();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param type the union it is a member of
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public <T> T read(byte[] bytes, Class<T> type) {
    if (bytes.length == 0 || bytes[0] != FORMAT) {
      throw new IllegalArgumentException(
          "cannot read " + type.getSimpleName() + ": not of format " + FORMAT);
    }
    T value;
    try {
      value = mapper.readValue(bytes, 1, bytes.length - 1, type);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read " + type.getSimpleName() + ": " + reason(e), e);
    }
    if (value == null) {
      throw new IllegalArgumentException("cannot read " + type.getSimpleName() + ": null");
    }
    return value;
  }

  /** Without the excerpt: what is written may be secret. */
  private static String reason(IOException e) {
    return e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.toString();
  }

  /** Makes a codec. Not thread-safe. */
  public static final class Builder {
    private final CBORMapper.Builder mapper =
        CBORMapper.builder().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);
    private final ImmutableSet.Builder<Class<?>> members = ImmutableSet.builder();

    private Builder() {}

    /**
     * Adds a union.
     *
     * @param members by the names they have on the wire, which never change
     * @throws IllegalArgumentException if a member has two names
     */
    public <T> Builder union(Class<T> type, Map<String, Class<? extends T>> members) {
      mapper.addMixIn(type, Named.class);
      ImmutableBiMap.copyOf(members)
          .forEach(
              (name, member) -> {
                mapper.registerSubtypes(new NamedType(member, name));
                this.members.add(member);
              });
      return this;
    }

    /** The codec. */
    public RecordCodec build() {
      return new RecordCodec(ModelCodec.configure(mapper, true, true), members.build());
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
  private interface Named {}
}
