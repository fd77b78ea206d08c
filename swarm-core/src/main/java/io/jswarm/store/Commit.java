// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import java.time.Instant;
import java.util.List;

/**
 * One durable step of the store: all its events happened at once, in this order.
 *
 * @param version the store's version after it
 * @param time when the leader proposed it
 */
public record Commit(long version, Instant time, List<StoreEvent> events) {
  public Commit {
    events = List.copyOf(events);
  }
}
