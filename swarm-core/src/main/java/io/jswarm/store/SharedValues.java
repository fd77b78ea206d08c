// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.ModelCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values that many tasks have in common, such as a node's id or a service's labels: within one
 * entry or snapshot each is written once, and named by its number from then on. Who reads gets one
 * instance too. Not thread-safe.
 */
final class SharedValues {
  /** Bounds what writer and reader remember; later values are written out each time. */
  private static final int LIMIT = 1 << 18;

  /** Bytes of a reference are never more than this. */
  static final int REFERENCE = 3;

  private SharedValues() {}

  /** What is written for a value: text as it is, anything else as CBOR. */
  private static byte[] bytes(Object value) {
    return value instanceof String text
        ? text.getBytes(StandardCharsets.UTF_8)
        : ModelCodec.toCbor(value);
  }

  /** Numbers the values of one entry, in the order in which they are written. */
  static final class Writer {
    private final boolean measuring;
    private final IdentityHashMap<Object, Integer> byIdentity = new IdentityHashMap<>();
    private final Map<Object, Integer> numbers = new HashMap<>();
    private long inline;

    /**
     * A writer that knows no value yet.
     *
     * @param measuring count values written out in {@link #inlineBytes()} instead, so that the sink
     *     gets what its object takes wherever it will stand
     */
    Writer(boolean measuring) {
      this.measuring = measuring;
    }

    /** When measuring: at most so many bytes go to values that are written out. */
    long inlineBytes() {
      return inline;
    }

    /**
     * Writes {@code value}, which stands for {@code key}: a record that wraps it, if it has no CBOR
     * form by itself.
     */
    void write(ByteSink out, Object key, Object value) {
      Integer number = known(key);
      if (measuring) {
        out.writeZeros(REFERENCE);
      }
      if (number != null) {
        if (!measuring) {
          out.writeVarint((long) number << 1 | 1);
        }
        return;
      }
      byte[] bytes = bytes(value);
      if (measuring) {
        inline += bytes.length + 2L;
      } else {
        out.writeVarint((long) bytes.length << 1);
        out.write(bytes);
      }
      if (numbers.size() < LIMIT) {
        numbers.put(key, numbers.size());
      }
    }

    /** Tasks of one service mostly share the instance too, which spares hashing a whole spec. */
    private @Nullable Integer known(Object key) {
      if (key instanceof String) {
        return numbers.get(key);
      }
      Integer number = byIdentity.get(key);
      if (number == null) {
        number = numbers.get(key);
        if (number != null && byIdentity.size() < LIMIT) {
          byIdentity.put(key, number);
        }
      }
      return number;
    }
  }

  /** Finds values by their numbers. */
  static final class Reader {
    private final List<Value> values = new ArrayList<>();

    Value read(ByteSource in) {
      long head = in.readVarint();
      if ((head & 1) != 0) {
        long number = head >>> 1;
        if (number >= values.size()) {
          throw new IllegalArgumentException("there is no shared value " + number);
        }
        return values.get((int) number);
      }
      long size = head >>> 1;
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("a value of " + size + " bytes");
      }
      Value value = new Value(in.readBytes((int) size));
      if (values.size() < LIMIT) {
        values.add(value);
      }
      return value;
    }
  }

  /** A value as it was read; a field that is not known leaves it at that. */
  static final class Value {
    private byte @Nullable [] bytes;
    private @Nullable Object decoded;

    Value(byte[] bytes) {
      this.bytes = bytes;
    }

    String text() {
      return as(String.class);
    }

    <T> T as(Class<T> type) {
      byte[] raw = bytes;
      if (raw != null) {
        decoded =
            type == String.class
                ? new String(raw, StandardCharsets.UTF_8)
                : ModelCodec.fromCbor(raw, type);
        bytes = null;
      }
      if (!type.isInstance(decoded)) {
        throw new IllegalArgumentException("a shared value that is not a " + type.getSimpleName());
      }
      return type.cast(decoded);
    }
  }
}
