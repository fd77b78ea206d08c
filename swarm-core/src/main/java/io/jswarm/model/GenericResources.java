// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The text form of generic resources (S1.9): {@code KIND=VALUE} pairs separated by commas. */
public final class GenericResources {
  private GenericResources() {}

  /**
   * Reads {@code SSD=4,GPU=uuid1,GPU=uuid2}. One integer for a kind makes a count; several values,
   * or one that is not an integer, make a set of named units.
   *
   * @throws IllegalArgumentException if a pair is malformed, a count is negative, a kind mixes
   *     counts and names, or a name appears twice
   */
  public static List<GenericResource> parse(String text) {
    Map<String, List<String>> byKind = new LinkedHashMap<>();
    if (!text.isBlank()) {
      for (String pair : text.split(",", -1)) {
        int at = pair.indexOf('=');
        String kind = at < 0 ? "" : pair.substring(0, at).trim();
        String value = at < 0 ? "" : pair.substring(at + 1).trim();
        if (kind.isEmpty() || value.isEmpty()) {
          throw new IllegalArgumentException(
              "malformed generic resource \""
                  + pair
                  + "\": write KIND=VALUE, pairs separated by commas");
        }
        byKind.computeIfAbsent(kind, k -> new ArrayList<>()).add(value);
      }
    }
    List<GenericResource> resources = new ArrayList<>();
    byKind.forEach((kind, values) -> resources.addAll(ofKind(kind, values)));
    return List.copyOf(resources);
  }

  /** Writes what {@link #parse} reads. */
  public static String format(List<GenericResource> resources) {
    StringBuilder text = new StringBuilder();
    for (GenericResource resource : resources) {
      text.append(text.length() == 0 ? "" : ",")
          .append(resource.kind())
          .append('=')
          .append(value(resource));
    }
    return text.toString();
  }

  /**
   * The environment that tells a task what it was given (S1.9): {@code
   * DOCKER_RESOURCE_GPU=uuid1,uuid2}, or the count.
   *
   * @return {@code KEY=value} entries, one per kind, in the order of the claims
   */
  public static List<String> environment(List<GenericResource> claims) {
    Map<String, String> byKind = new LinkedHashMap<>();
    for (GenericResource claim : claims) {
      byKind.merge(claim.kind(), value(claim), (a, b) -> a + "," + b);
    }
    List<String> env = new ArrayList<>();
    byKind.forEach(
        (kind, value) -> env.add("DOCKER_RESOURCE_" + kind.toUpperCase(Locale.ROOT) + "=" + value));
    return env;
  }

  private static String value(GenericResource resource) {
    return resource instanceof NamedGenericResource named
        ? named.value()
        : String.valueOf(((DiscreteGenericResource) resource).value());
  }

  private static List<GenericResource> ofKind(String kind, List<String> values) {
    boolean[] integers = new boolean[values.size()];
    int count = 0;
    for (int i = 0; i < integers.length; i++) {
      integers[i] = values.get(i).matches("[+-]?[0-9]+");
      count += integers[i] ? 1 : 0;
    }
    if (count == 1 && values.size() == 1) {
      return List.of(new DiscreteGenericResource(kind, count(kind, values.get(0))));
    }
    if (count > 0) {
      throw new IllegalArgumentException(
          "generic resource " + kind + " mixes counts and names: give one count, or names only");
    }
    if (new HashSet<>(values).size() < values.size()) {
      throw new IllegalArgumentException("generic resource " + kind + " names a unit twice");
    }
    List<GenericResource> named = new ArrayList<>();
    values.forEach(value -> named.add(new NamedGenericResource(kind, value)));
    return named;
  }

  private static long count(String kind, String value) {
    long count;
    try {
      count = Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "generic resource " + kind + " has a count out of range: " + value, e);
    }
    if (count < 0) {
      throw new IllegalArgumentException(
          "generic resource " + kind + " has a negative count: " + value);
    }
    return count;
  }
}
