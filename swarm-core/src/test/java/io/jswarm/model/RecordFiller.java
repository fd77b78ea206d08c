// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Makes instances of any model record in which no component is absent, zero or empty. */
public final class RecordFiller {
  private int counter;

  /** A filled record; of a sealed type, each call takes the next member. */
  public static <T> T fill(Class<T> type) {
    return new RecordFiller(0).value(type);
  }

  /** A filled record; the variant decides which members of sealed types it is made of. */
  public static <T> T fill(Class<T> type, int variant) {
    return new RecordFiller(variant).value(type);
  }

  private RecordFiller(int counter) {
    this.counter = counter;
  }

  private <T> T value(Class<T> type) {
    @SuppressWarnings("unchecked") // any(type) makes a value of that type
    T value = (T) any(type);
    return value;
  }

  private Object any(Type type) {
    if (type instanceof ParameterizedType generic) {
      Class<?> owner = (Class<?>) generic.getRawType();
      if (!Collection.class.isAssignableFrom(owner) && !Map.class.isAssignableFrom(owner)) {
        return any(owner);
      }
      Type[] arguments = generic.getActualTypeArguments();
      return arguments.length == 1
          ? List.of(any(arguments[0]), any(arguments[0]))
          : Map.of("key-" + ++counter, any(arguments[1]));
    }
    Class<?> raw = (Class<?>) type;
    if (raw.isRecord()) {
      return record(raw);
    }
    if (raw.isSealed()) {
      Class<?>[] members = raw.getPermittedSubclasses();
      return any(members[++counter % members.length]);
    }
    if (raw.isEnum()) {
      Object[] constants = raw.getEnumConstants();
      return constants[constants.length - 1];
    }
    return scalar(raw);
  }

  private Object scalar(Class<?> raw) {
    int n = ++counter;
    if (raw == String.class) {
      return "text-" + n;
    } else if (raw == long.class || raw == Long.class) {
      return (1L << 40) + n;
    } else if (raw == int.class || raw == Integer.class) {
      return n;
    } else if (raw == boolean.class || raw == Boolean.class) {
      return true;
    } else if (raw == double.class) {
      return n / 8.0;
    } else if (raw == Duration.class) {
      return Duration.ofSeconds(n, n);
    } else if (raw == Instant.class) {
      return Instant.ofEpochSecond(1_800_000_000L + n, n);
    } else if (raw == Payload.class) {
      return Payload.of("payload-" + n);
    }
    throw new AssertionError("no value for " + raw);
  }

  private Object record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values =
        Arrays.stream(components).map(RecordComponent::getGenericType).map(this::any).toArray();
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true); // messages within one package
      return constructor.newInstance(values);
    } catch (NoSuchMethodException | InstantiationException | IllegalAccessException e) {
      throw new LinkageError(type.toString(), e);
    } catch (InvocationTargetException e) {
      throw new AssertionError(type.toString(), e.getCause());
    }
  }
}
