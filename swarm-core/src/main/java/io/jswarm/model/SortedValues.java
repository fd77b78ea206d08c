// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map in key order, so that replicas, snapshots and seeds agree on every iteration.
 * Copying one is free: objects that share their labels keep sharing them through any number of
 * withers.
 *
 * <p>Thread-safety: immutable.
 */
final class SortedValues<V> extends AbstractMap<String, V> {
  private static final SortedValues<?> EMPTY = new SortedValues<>(new String[0], new Object[0]);

  private final String[] keys;
  private final Object[] values;

  private SortedValues(String[] keys, Object[] values) {
    this.keys = keys;
    this.values = values;
  }

  /** A sorted, immutable copy; the same instance if it is one already. No null keys or values. */
  @SuppressWarnings("unchecked") // an empty map holds no value of any type
  static <V> Map<String, V> copyOf(Map<String, ? extends V> map) {
    if (map instanceof SortedValues) {
      return (Map<String, V>) map;
    }
    if (map.isEmpty()) {
      return (Map<String, V>) EMPTY;
    }
    TreeMap<String, V> sorted = new TreeMap<>(map);
    String[] keys = new String[sorted.size()];
    Object[] values = new Object[sorted.size()];
    int i = 0;
    for (Map.Entry<String, V> entry : sorted.entrySet()) {
      keys[i] = entry.getKey();
      values[i] = requireNonNull(entry.getValue(), entry.getKey());
      i++;
    }
    return new SortedValues<>(keys, values);
  }

  @Override
  public int size() {
    return keys.length;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return get(key) != null;
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    if (!(key instanceof String)) {
      return null;
    }
    int i = Arrays.binarySearch(keys, key);
    return i < 0 ? null : value(i);
  }

  @Override
  public Set<Map.Entry<String, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, V>> iterator() {
        return new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < keys.length;
          }

          @Override
          public Map.Entry<String, V> next() {
            if (next >= keys.length) {
              throw new NoSuchElementException();
            }
            int i = next++;
            return Map.entry(keys[i], value(i));
          }
        };
      }

      @Override
      public int size() {
        return keys.length;
      }
    };
  }

  @SuppressWarnings("unchecked") // copyOf put only values of type V there
  private V value(int i) {
    return (V) values[i];
  }
}
