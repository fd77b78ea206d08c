// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * Nodes that were removed while their certificates are good (S11.3): each is kept until seven days
 * after the last one it may have has expired. Stateless.
 */
public final class Blacklist {
  private static final Duration KEPT = Duration.ofDays(7);

  /** The setting may have been lowered since the node's certificate was issued. */
  private static final Duration LONGEST = ClusterSpec.defaults().ca().nodeCertExpiry();

  private Blacklist() {}

  /** The cluster that refuses a node from now on. */
  public static Cluster with(Cluster cluster, String nodeId, Instant now) {
    Map<String, Instant> refused = remaining(cluster, now);
    Duration life = cluster.spec().ca().nodeCertExpiry();
    refused.put(nodeId, now.plus(life.compareTo(LONGEST) > 0 ? life : LONGEST));
    return cluster.withBlacklistedCertificates(refused);
  }

  private static Map<String, Instant> remaining(Cluster cluster, Instant now) {
    Map<String, Instant> refused = new TreeMap<>(cluster.blacklistedCertificates());
    refused.values().removeIf(expiry -> expiry.plus(KEPT).isBefore(now));
    return refused;
  }
}
