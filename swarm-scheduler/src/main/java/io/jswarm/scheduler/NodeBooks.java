// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.GenericResource;
import io.jswarm.model.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One node: what it offers, and what the tasks on it take (S7.2). The two are kept apart and
 * compared when asked, so it does not matter which is told first, and what is left may be negative.
 * Everything is a sum over bookings: their order does not matter either.
 */
final class NodeBooks {
  private final String id;
  private @Nullable Node node;
  private @Nullable NodeClass nodeClass;
  private int seat;
  private int bookings;
  private int active;
  private long nanoCpus;
  private long memoryBytes;
  private final GenericClaims generic = new GenericClaims();
  private final Map<HostPort, Integer> ports = new HashMap<>();

  /** The first of each service's active bookings, which are linked. */
  private final Map<String, Booking> activeByService = new HashMap<>();

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

  /** The class it is in, with its seat there; null while the node is not known. */
  @Nullable NodeClass nodeClass() {
    return nodeClass;
  }

  int seat() {
    return seat;
  }

  void sit(@Nullable NodeClass nodeClass, int seat) {
    this.nodeClass = nodeClass;
    this.seat = seat;
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
    booking.ports().forEach(port -> ports.merge(port, 1, Integer::sum));
    if (booking.isActive()) {
      active++;
      if (!booking.serviceId().isEmpty()) {
        booking.next = activeByService.put(booking.serviceId(), booking);
        count(booking.serviceId(), 1);
      }
    }
    changed();
  }

  void release(Booking booking) {
    bookings--;
    nanoCpus -= booking.reservations().nanoCpus();
    memoryBytes -= booking.reservations().memoryBytes();
    generic.giveBack(booking.claims());
    booking
        .ports()
        .forEach(port -> ports.computeIfPresent(port, (p, uses) -> uses == 1 ? null : uses - 1));
    if (booking.isActive()) {
      active--;
      if (!booking.serviceId().isEmpty()) {
        activeByService.computeIfPresent(
            booking.serviceId(), (service, first) -> without(first, booking));
        count(booking.serviceId(), -1);
      }
    }
    changed();
  }

  private static @Nullable Booking without(Booking first, Booking gone) {
    if (first == gone) {
      return gone.next;
    }
    for (Booking at = first; at.next != null; at = at.next) {
      if (at.next == gone) {
        at.next = gone.next;
        break;
      }
    }
    return first;
  }

  private void count(String serviceId, int more) {
    if (nodeClass != null) {
      nodeClass.count(serviceId, more);
    }
  }

  private void changed() {
    if (nodeClass != null) {
      nodeClass.changed(this);
    }
  }

  /** Active tasks of all services and of none. */
  int active() {
    return active;
  }

  /** Whether there is an active task of the service. */
  boolean has(String serviceId) {
    return activeByService.containsKey(serviceId);
  }

  /** Number of active tasks of one service. */
  int activeOf(String serviceId) {
    int count = 0;
    for (Booking at = first(serviceId); at != null; at = at.next) {
      count++;
    }
    return count;
  }

  /** The first active booking of a service, from which the others are linked. */
  @Nullable Booking first(String serviceId) {
    return activeByService.get(serviceId);
  }

  /** Tells each service with active tasks here, and their number. */
  void forEachService(BiConsumer<String, Integer> consumer) {
    activeByService.keySet().forEach(service -> consumer.accept(service, activeOf(service)));
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
