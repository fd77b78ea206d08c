// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.loop.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The managers an agent knows, and how well each did: the better, the likelier (S9.4). */
final class ManagerList {
  private static final double SUCCESS = 10;
  private static final double LIMIT = 256;

  private final RandomSource random;
  private final Map<String, Double> scores = new TreeMap<>();
  private String leader = "";
  private String lastFailed = "";

  ManagerList(List<String> addresses, RandomSource random) {
    this.random = random;
    addresses.forEach(address -> scores.put(address, SUCCESS));
  }

  /**
   * The one to try next: the leader if it was named, else a weighted choice of all but the one that
   * has just failed.
   */
  String pick() {
    if (!leader.isEmpty()) {
      String named = leader;
      leader = "";
      return named;
    }
    List<String> addresses = new ArrayList<>(scores.keySet());
    if (addresses.size() > 1) {
      addresses.remove(lastFailed);
    }
    double lowest = scores.values().stream().mapToDouble(score -> score).min().orElse(0);
    double total = 0;
    for (String address : addresses) {
      total += scores.getOrDefault(address, lowest) - lowest + 1;
    }
    double at = random.nextDouble() * total;
    for (String address : addresses) {
      at -= scores.getOrDefault(address, lowest) - lowest + 1;
      if (at < 0) {
        return address;
      }
    }
    return addresses.get(addresses.size() - 1);
  }

  /** A manager said who leads; empty if it did not know. */
  void leader(String address) {
    leader = address;
    if (!address.isEmpty()) {
      scores.putIfAbsent(address, SUCCESS);
    }
  }

  /** Whether the next one to try is a leader that was named. */
  boolean knowsLeader() {
    return !leader.isEmpty();
  }

  /** The leader said who all managers are; without any it was not sure, and nothing changes. */
  void replace(List<String> addresses) {
    if (!addresses.isEmpty()) {
      scores.keySet().retainAll(addresses);
      addresses.forEach(address -> scores.putIfAbsent(address, SUCCESS));
    }
  }

  /** All that are known, sorted. */
  List<String> addresses() {
    return List.copyOf(scores.keySet());
  }

  void succeeded(String address) {
    observe(address, SUCCESS);
  }

  void failed(String address) {
    lastFailed = address;
    observe(address, -SUCCESS);
  }

  /** It costs a long wait to find out whether it still is: the last one to try again. */
  void silent(String address) {
    scores.replace(address, -LIMIT);
  }

  private void observe(String address, double observed) {
    scores.computeIfPresent(
        address, (key, score) -> Math.max(-LIMIT, Math.min(LIMIT, (score + observed) / 2)));
  }
}
