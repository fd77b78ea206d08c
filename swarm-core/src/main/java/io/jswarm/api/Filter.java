// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static java.util.Objects.requireNonNull;

import io.jswarm.InvalidSpecException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Which objects of a list are wanted. Values of one key are alternatives, different keys must all
 * hold, and so must all labels (S12.2). Immutable: each method returns a narrower or wider filter.
 */
public final class Filter {
  private static final Filter ALL = new Filter(new TreeMap<>());

  /** What can be asked for; each list says which of these it knows. */
  enum Key {
    ID,
    NAME,
    LABEL,
    NODE_LABEL,
    MODE,
    SERVICE,
    NODE,
    DESIRED_STATE,
    ROLE,
    MEMBERSHIP
  }

  private final Map<Key, List<String>> wanted;

  private Filter(Map<Key, List<String>> wanted) {
    this.wanted = wanted;
  }

  /** Everything. */
  public static Filter all() {
    return ALL;
  }

  /** Objects whose id begins with {@code prefix}. */
  public Filter id(String prefix) {
    return with(Key.ID, prefix);
  }

  /** Objects whose name begins with {@code prefix}, case-insensitively. */
  public Filter name(String prefix) {
    return with(Key.NAME, prefix);
  }

  /** Objects that have label {@code key}. */
  public Filter label(String key) {
    return with(Key.LABEL, key);
  }

  /** Objects whose label {@code key} is {@code value}. */
  public Filter label(String key, String value) {
    return with(Key.LABEL, key + "=" + value);
  }

  /** Nodes whose label in the spec is {@code value}. */
  public Filter nodeLabel(String key, String value) {
    return with(Key.NODE_LABEL, key + "=" + value);
  }

  /**
   * Services of a mode: {@code replicated}, {@code global}, {@code replicated-job}, {@code
   * global-job}.
   */
  public Filter mode(String mode) {
    return with(Key.MODE, mode);
  }

  /** Tasks of a service, by its id or name. */
  public Filter service(String idOrName) {
    return with(Key.SERVICE, idOrName);
  }

  /** Tasks on a node, by its id or name. */
  public Filter node(String idOrName) {
    return with(Key.NODE, idOrName);
  }

  /** Tasks of a desired state, such as {@code running}. */
  public Filter desiredState(String state) {
    return with(Key.DESIRED_STATE, state);
  }

  /** Nodes of a role: {@code manager} or {@code worker}. */
  public Filter role(String role) {
    return with(Key.ROLE, role);
  }

  /** Nodes of a membership: {@code accepted} or {@code pending}. */
  public Filter membership(String membership) {
    return with(Key.MEMBERSHIP, membership);
  }

  private Filter with(Key key, String value) {
    requireNonNull(value, key.name());
    Map<Key, List<String>> more = new TreeMap<>(wanted);
    List<String> values = new ArrayList<>(more.getOrDefault(key, List.of()));
    values.add(value);
    more.put(key, Collections.unmodifiableList(values));
    return new Filter(more);
  }

  /** Fails when a key is asked for that {@code list} does not know. */
  void requireOnly(String list, Set<Key> known) {
    for (Key key : wanted.keySet()) {
      if (!known.contains(key)) {
        throw new InvalidSpecException(
            "filter",
            text(key),
            "does not apply to "
                + list
                + "; known are "
                + known.stream().map(Filter::text).sorted().toList());
      }
    }
  }

  private static String text(Key key) {
    return key.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  List<String> values(Key key) {
    return wanted.getOrDefault(key, List.of());
  }

  boolean prefix(Key key, String actual) {
    return any(key, wantedText -> startsWith(actual, wantedText));
  }

  boolean equal(Key key, String actual) {
    return any(key, wantedText -> wantedText.equalsIgnoreCase(actual));
  }

  /** For secrets and configs a fitting name or a fitting id is enough (S12.2). */
  boolean nameOrId(String name, String id) {
    if (values(Key.NAME).isEmpty() && values(Key.ID).isEmpty()) {
      return true;
    }
    return values(Key.NAME).stream().anyMatch(prefix -> startsWith(name, prefix))
        || values(Key.ID).stream().anyMatch(prefix -> startsWith(id, prefix));
  }

  boolean labels(Key key, Map<String, String> labels) {
    return values(key).stream().allMatch(wantedText -> label(wantedText, labels));
  }

  private static boolean label(String wantedText, Map<String, String> labels) {
    int equals = wantedText.indexOf('=');
    String key = equals < 0 ? wantedText : wantedText.substring(0, equals);
    String value = equals < 0 ? "" : wantedText.substring(equals + 1);
    String actual = labels.get(key);
    return actual != null && (value.isEmpty() || value.equals(actual));
  }

  private boolean any(Key key, Function<String, Boolean> test) {
    List<String> values = values(key);
    return values.isEmpty() || values.stream().anyMatch(test::apply);
  }

  private static boolean startsWith(String actual, String prefix) {
    return actual.regionMatches(true, 0, prefix, 0, prefix.length());
  }
}
