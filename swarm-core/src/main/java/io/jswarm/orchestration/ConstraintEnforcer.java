// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.control.Component;
import io.jswarm.model.Constraint;
import io.jswarm.model.DiscreteGenericResource;
import io.jswarm.model.GenericResource;
import io.jswarm.model.NamedGenericResource;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.Reservations;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Rejects tasks that their node no longer suits, after its labels, role, address or resources
 * changed (S3.5). Walks the tasks of a node from the oldest on, so that the youngest gives way.
 * Looks at active nodes only.
 */
final class ConstraintEnforcer implements Component {
  private final Set<String> changedNodes = new LinkedHashSet<>();

  @Override
  public String name() {
    return "constraint-enforcer";
  }

  @Override
  public void start(Tx tx) {
    tx.nodes().forEach(node -> changedNodes.add(node.id()));
  }

  @Override
  public void onEvent(StoreEvent event) {
    if (event instanceof StoreEvent.Updated
        && event.object() instanceof Node node
        && event.old() instanceof Node old
        && !sameFitness(old, node)) {
      changedNodes.add(node.id());
    }
  }

  @Override
  public void reconcile(Tx tx) {
    for (String id : List.copyOf(changedNodes)) {
      tx.node(id)
          .filter(node -> node.spec().availability() == NodeAvailability.ACTIVE)
          .ifPresent(node -> enforce(tx, node));
    }
    changedNodes.clear();
  }

  @Override
  public void stop() {
    changedNodes.clear();
  }

  private static boolean sameFitness(Node old, Node node) {
    return old.spec().equals(node.spec())
        && old.description().equals(node.description())
        && old.role() == node.role()
        && old.status().addr().equals(node.status().addr());
  }

  private static void enforce(Tx tx, Node node) {
    List<Task> tasks = new ArrayList<>();
    for (Task task : tx.tasksOfNode(node.id())) {
      if (isSubject(task)) {
        tasks.add(task);
      }
    }
    tasks.sort(RestartSupervisor.BY_AGE);
    Room room = new Room(node);
    for (Task task : tasks) {
      if (!meetsConstraints(tx, node, task) || !room.take(task)) {
        tx.update(task.withStatus(rejected(tx, task)));
      }
    }
  }

  private static boolean isSubject(Task task) {
    return task.desiredState().atLeast(TaskState.ASSIGNED)
        && task.desiredState().atMost(TaskState.COMPLETE)
        && task.state().isBefore(TaskState.COMPLETE);
  }

  /**
   * The service's present constraints count; a task may have outlived an update that only added one
   * (S4.2).
   */
  private static boolean meetsConstraints(Tx tx, Node node, Task task) {
    TaskSpec spec =
        tx.service(task.serviceId()).map(service -> service.spec().task()).orElse(task.spec());
    return Constraint.allMatch(spec.placement().constraints(), node);
  }

  private static TaskStatus rejected(Tx tx, Task task) {
    return task.status()
        .advance(TaskState.REJECTED, tx.now(), "rejected by the constraint enforcer")
        .withError("the assigned node no longer meets the task's requirements")
        .withApplied(task.status().appliedBy(), tx.now());
  }

  /** What is left of a node while its tasks are counted. */
  private static final class Room {
    private final boolean known;
    private final List<GenericResource> generic;
    private long nanoCpus;
    private long memoryBytes;

    Room(Node node) {
      NodeDescription description = node.description();
      known = !description.equals(NodeDescription.NONE);
      nanoCpus = description.resources().nanoCpus();
      memoryBytes = description.resources().memoryBytes();
      generic = new ArrayList<>(description.resources().generic());
    }

    /** Takes what the task holds; false and nothing taken if it is not there. */
    boolean take(Task task) {
      if (!known) {
        return true;
      }
      Reservations wanted = task.spec().resources().reservations();
      if (exceeds(wanted.nanoCpus(), nanoCpus) || exceeds(wanted.memoryBytes(), memoryBytes)) {
        return false;
      }
      List<GenericResource> before = List.copyOf(generic);
      for (GenericResource claim : task.assignedGenericResources()) {
        if (!take(claim)) {
          generic.clear();
          generic.addAll(before);
          return false;
        }
      }
      nanoCpus -= wanted.nanoCpus();
      memoryBytes -= wanted.memoryBytes();
      return true;
    }

    private static boolean exceeds(long wanted, long left) {
      return wanted > 0 && wanted > left;
    }

    private boolean take(GenericResource claim) {
      if (claim instanceof NamedGenericResource) {
        return generic.remove(claim);
      }
      long count = ((DiscreteGenericResource) claim).value();
      for (int i = 0; i < generic.size(); i++) {
        if (generic.get(i) instanceof DiscreteGenericResource there
            && there.kind().equals(claim.kind())
            && there.value() >= count) {
          generic.set(i, new DiscreteGenericResource(there.kind(), there.value() - count));
          return true;
        }
      }
      return false;
    }
  }
}
