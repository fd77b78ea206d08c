// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Refuses nodes that register again and again (S9.1). */
final class RegistrationLimit {
  private static final int MOST = 3;
  private static final long WINDOW_NANOS = Duration.ofSeconds(8).toNanos();

  private final Map<String, Attempts> byNode = new TreeMap<>();

  /** Whether the node may register now; counts the attempt. */
  boolean admit(String nodeId, long nowNanos) {
    Attempts attempts = byNode.computeIfAbsent(nodeId, id -> new Attempts());
    if (nowNanos - attempts.lastNanos > WINDOW_NANOS) {
      attempts.count = 0;
    }
    if (attempts.count >= MOST) {
      return false;
    }
    attempts.count++;
    attempts.lastNanos = nowNanos;
    return true;
  }

  void forget(String nodeId) {
    byNode.remove(nodeId);
  }

  void clear() {
    byNode.clear();
  }

  private static final class Attempts {
    private int count;
    private long lastNanos;
  }
}
