// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.util.Objects;

/**
 * Writes and reads model records, and any record made of them: CBOR for the log and the wire, JSON
 * for people.
 *
 * <p>Managers of neighbouring versions understand each other: fields a reader does not know are
 * ignored, and components that are empty, zero or null are not written and read back as such.
 * Nothing is instantiated by class name; the members of a sealed type are told apart by short names
 * fixed in this package.
 *
 * <p>Thread-safety: stateless.
 */
public final class ModelCodec {
  private static final ObjectMapper CBOR = configure(CBORMapper.builder(), true, false);
  private static final ObjectMapper JSON = configure(JsonMapper.builder(), false, false);

  private ModelCodec() {}

  /** The CBOR form of a record. */
  public static byte[] toCbor(Object value) {
    try {
      return CBOR.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    }
  }

  /**
   * Reads what {@link #toCbor} wrote.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static <T> T fromCbor(byte[] bytes, Class<T> type) {
    try {
      return Objects.requireNonNull(CBOR.readValue(bytes, type), "value");
    } catch (IOException e) {
      throw unreadable(type, e);
    }
  }

  /** The JSON form of a record. */
  public static String toJson(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw unwritable(value, e);
    }
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException if the text is not such a record
   */
  public static <T> T fromJson(String json, Class<T> type) {
    try {
      return Objects.requireNonNull(JSON.readValue(json, type), "value");
    } catch (IOException e) {
      throw unreadable(type, e);
    }
  }

  static <M extends ObjectMapper, B extends MapperBuilder<M, B>> ObjectMapper configure(
      B builder, boolean compact, boolean strict) {
    return CodecTypes.mixIns(builder)
        .annotationIntrospector(new NullnessIntrospector(strict))
        .addModule(CodecTypes.module(compact))
        .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // Reservations.isEmpty() is not a component
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }

  private static IllegalArgumentException unwritable(Object value, IOException e) {
    return new IllegalArgumentException(
        "cannot write " + value.getClass().getSimpleName() + ": " + e.getMessage(), e);
  }

  private static IllegalArgumentException unreadable(Class<?> type, IOException e) {
    return new IllegalArgumentException(
        "cannot read " + type.getSimpleName() + ": " + e.getMessage(), e);
  }
}
