// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.DiscreteGenericResource;
import io.jswarm.model.GenericResource;
import io.jswarm.model.NamedGenericResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The generic resources that tasks hold on one node: units counted, and units by name. */
final class GenericClaims {
  private final Map<String, Long> counts = new HashMap<>();
  private final Map<NamedGenericResource, Integer> names = new HashMap<>();

  void take(List<GenericResource> claims) {
    add(claims, 1);
  }

  void giveBack(List<GenericResource> claims) {
    add(claims, -1);
  }

  private void add(List<GenericResource> claims, int sign) {
    for (GenericResource claim : claims) {
      if (claim instanceof DiscreteGenericResource count) {
        counts.merge(count.kind(), sign * count.value(), (a, b) -> a + b == 0 ? null : a + b);
      } else if (claim instanceof NamedGenericResource unit) {
        names.merge(unit, sign, (a, b) -> a + b == 0 ? null : a + b);
      }
    }
  }

  /**
   * What a task would be given of {@code offered}: units asked for by name first, then for each
   * kind asked for by number the first free names, or a count if the node counts that kind.
   *
   * @return null if there is not enough of some kind
   */
  @Nullable List<GenericResource> claim(
      List<GenericResource> wanted, List<GenericResource> offered) {
    if (wanted.isEmpty()) {
      return List.of();
    }
    List<GenericResource> claims = new ArrayList<>();
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (GenericResource resource : wanted) {
      if (resource instanceof DiscreteGenericResource count) {
        numbers.merge(count.kind(), count.value(), Long::sum);
      } else if (isFree(resource, claims) && offered.contains(resource)) {
        claims.add(resource);
      } else {
        return null;
      }
    }
    for (Map.Entry<String, Long> number : numbers.entrySet()) {
      if (!claim(number.getKey(), number.getValue(), offered, claims)) {
        return null;
      }
    }
    return claims;
  }

  /** Adds {@code number} units of a kind to {@code claims}, if they are there. */
  private boolean claim(
      String kind, long number, List<GenericResource> offered, List<GenericResource> claims) {
    long missing = number;
    long counted = -counts.getOrDefault(kind, 0L);
    for (GenericResource resource : offered) {
      if (!resource.kind().equals(kind)) {
        continue;
      }
      if (resource instanceof DiscreteGenericResource count) {
        counted += count.value();
      } else if (missing > 0 && isFree(resource, claims)) {
        claims.add(resource);
        missing--;
      }
    }
    if (missing > 0 && missing == number && counted >= number) {
      claims.add(new DiscreteGenericResource(kind, number));
      return true;
    }
    return missing <= 0;
  }

  private boolean isFree(GenericResource unit, List<GenericResource> claims) {
    return !names.containsKey(unit) && !claims.contains(unit);
  }
}
