// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.GenericResource;
import io.jswarm.model.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One node: what it offers, and what the tasks on it take (S7.2). The two are kept apart and
 * compared when asked, so it does not matter which is told first, and what is left may be negative.
 * Everything is a sum over bookings: their order does not matter either.
 */
final class NodeBooks {
  private final String id;
  private @Nullable Node node;
  private int bookings;
  private int active;
  private long nanoCpus;
  private long memoryBytes;
  private final GenericClaims generic = new GenericClaims();
  private final Map<HostPort, Integer> ports = new HashMap<>();
  private final Map<String, List<Booking>> activeByService = new HashMap<>();

  NodeBooks(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  /** Whether the node itself is known, not only tasks on it. */
  boolean isKnown() {
    return node != null;
  }

  /** The node as last told. */
  Node node() {
    if (node == null) {
      throw new IllegalStateException("node " + id + " is not known");
    }
    return node;
  }

  /** Sets the node, or forgets it. */
  void describe(@Nullable Node node) {
    this.node = node;
  }

  /** Whether there is nothing to remember. */
  boolean isEmpty() {
    return node == null && bookings == 0;
  }

  void book(Booking booking) {
    bookings++;
    nanoCpus += booking.reservations().nanoCpus();
    memoryBytes += booking.reservations().memoryBytes();
    generic.take(booking.claims());
    HostPort.of(booking.task()).forEach(port -> ports.merge(port, 1, Integer::sum));
    if (booking.isActive()) {
      active++;
      if (booking.task().hasService()) {
        activeByService
            .computeIfAbsent(booking.task().serviceId(), service -> new ArrayList<>(1))
            .add(booking);
      }
    }
  }

  void release(Booking booking) {
    bookings--;
    nanoCpus -= booking.reservations().nanoCpus();
    memoryBytes -= booking.reservations().memoryBytes();
    generic.giveBack(booking.claims());
    HostPort.of(booking.task())
        .forEach(port -> ports.computeIfPresent(port, (p, uses) -> uses == 1 ? null : uses - 1));
    if (booking.isActive()) {
      active--;
      activeByService.computeIfPresent(
          booking.task().serviceId(),
          (service, tasks) -> tasks.remove(booking) && tasks.isEmpty() ? null : tasks);
    }
  }

  /** Active tasks of all services and of none. */
  int active() {
    return active;
  }

  /** Active tasks of one service. */
  List<Booking> activeOf(String serviceId) {
    return activeByService.getOrDefault(serviceId, List.of());
  }

  /** CPU reported and not reserved; may be negative. */
  long availableNanoCpus() {
    return node().description().resources().nanoCpus() - nanoCpus;
  }

  /** Memory reported and not reserved; may be negative. */
  long availableMemoryBytes() {
    return node().description().resources().memoryBytes() - memoryBytes;
  }

  /** The generic resources a task would get here, or null if this node has not enough left. */
  @Nullable List<GenericResource> claim(List<GenericResource> wanted) {
    return generic.claim(wanted, node().description().resources().generic());
  }

  boolean isFree(HostPort port) {
    return !ports.containsKey(port);
  }
}
