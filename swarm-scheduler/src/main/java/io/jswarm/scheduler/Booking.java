// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.GenericResource;
import io.jswarm.model.Reservations;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task takes of its node, as it was when booked, so that releasing gives back exactly what
 * booking took. Of the task itself it keeps only what others ask about: there are millions of both.
 */
final class Booking {
  private final NodeBooks node;
  private final String serviceId;
  private final long specVersion;
  private final int slot;
  private final boolean active;
  private final boolean preassigned;
  private final Reservations reservations;
  private final List<GenericResource> claims;
  private final List<HostPort> ports;

  /** The next active one of its service on its node; {@link NodeBooks} keeps it. */
  @Nullable Booking next;

  /**
   * @param node where; the task itself does not say so before its placement is committed
   * @param claims the generic resources it holds there
   * @param preassigned whether the node was given with the task, not chosen here
   */
  Booking(Task task, NodeBooks node, List<GenericResource> claims, boolean preassigned) {
    this.node = node;
    this.serviceId = task.serviceId();
    this.specVersion = task.specVersion();
    this.slot = task.slot();
    this.active = isActive(task);
    this.preassigned = preassigned;
    this.reservations = task.spec().resources().reservations();
    this.claims = claims;
    this.ports = HostPort.of(task);
  }

  /** Whether a task holds its node: it was given one for good and may still run there (S7.2). */
  static boolean holdsNode(Task task) {
    return task.isAssigned()
        && task.state().atLeast(TaskState.ASSIGNED)
        && !task.state().isTerminal();
  }

  /** Whether the task counts as one of its service and node: wanted, not merely still there. */
  private static boolean isActive(Task task) {
    return task.desiredState().atMost(TaskState.COMPLETE);
  }

  /** Whether booking the task as it is now would come to the same. */
  boolean isOf(Task task) {
    return node.id().equals(task.nodeId())
        && specVersion == task.specVersion()
        && slot == task.slot()
        && active == isActive(task)
        && serviceId.equals(task.serviceId())
        && reservations.equals(task.spec().resources().reservations())
        && claims.equals(task.assignedGenericResources())
        && ports.equals(HostPort.of(task));
  }

  NodeBooks node() {
    return node;
  }

  String serviceId() {
    return serviceId;
  }

  long specVersion() {
    return specVersion;
  }

  int slot() {
    return slot;
  }

  boolean isActive() {
    return active;
  }

  boolean isPreassigned() {
    return preassigned;
  }

  Reservations reservations() {
    return reservations;
  }

  List<GenericResource> claims() {
    return claims;
  }

  List<HostPort> ports() {
    return ports;
  }
}
