// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/** The manager side of a manager node. */
public record ManagerStatus(String raftId, String addr, boolean leader, Reachability reachability) {
  public ManagerStatus {
    requireNonNull(raftId, "raftId");
    requireNonNull(addr, "addr");
    requireNonNull(reachability, "reachability");
  }
}
