// SPDX-License-Identifier: Apache-2.0
package io.jswarm.allocation;

import io.jswarm.control.Component;
import io.jswarm.model.Endpoint;
import io.jswarm.model.Kind;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkAttachment;
import io.jswarm.model.NetworkAttachmentConfig;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives services their published ports and lets tasks leave NEW once everything they need is
 * allocated (S6.1, S6.3). A task that has to stay NEW says why; it is looked at again when its
 * service, a network or a port it may want changes.
 */
public final class Allocator implements Component {
  private final ServicePorts ports = new ServicePorts();
  private final Set<String> changedServices = new LinkedHashSet<>();
  private final Map<String, Service> removedServices = new LinkedHashMap<>();

  /** Tasks to look at, as they are now, by id. */
  private final Map<String, Task> newTasks = new LinkedHashMap<>();

  /** Services that did not get their ports, with the reason. */
  private final Map<String, String> refused = new LinkedHashMap<>();

  /** Tasks that stay NEW for want of a port or a network. */
  private final Set<String> waiting = new LinkedHashSet<>();

  private boolean released;
  private boolean networksChanged;

  @Override
  public String name() {
    return "allocator";
  }

  @Override
  public void start(Tx tx) {
    // What is given out already is claimed before anything new is given out (A4).
    tx.services().forEach(ports::restore);
    tx.services().forEach(service -> changedServices.add(service.id()));
    for (Task task : tx.tasks()) {
      if (isNew(task)) {
        newTasks.put(task.id(), task);
      }
    }
  }

  @Override
  public void onEvent(StoreEvent event) {
    boolean deleted = event instanceof StoreEvent.Deleted;
    if (event.object() instanceof Service service) {
      if (deleted) {
        changedServices.remove(service.id());
        removedServices.put(service.id(), service);
      } else {
        changedServices.add(service.id());
      }
    } else if (event.object() instanceof Task task) {
      if (deleted || !isNew(task)) {
        newTasks.remove(task.id());
        waiting.remove(task.id());
      } else if (!waiting.contains(task.id())) {
        newTasks.put(task.id(), task);
      }
    } else if (event.object() instanceof Network) {
      networksChanged = true;
    }
  }

  @Override
  public void reconcile(Tx tx) {
    for (Service service : removedServices.values()) {
      refused.remove(service.id());
      released |= ports.release(service);
    }
    removedServices.clear();
    boolean progress = allocateServices(tx);
    if (progress || networksChanged) {
      waiting.forEach(id -> tx.task(id).ifPresent(task -> newTasks.put(id, task)));
      networksChanged = false;
    }
    newTasks.values().stream().filter(Allocator::isNew).forEach(task -> allocate(tx, task));
    newTasks.clear();
  }

  @Override
  public void stop() {
    ports.clear();
    changedServices.clear();
    removedServices.clear();
    newTasks.clear();
    refused.clear();
    waiting.clear();
    released = false;
    networksChanged = false;
  }

  /** Whether anything changed that waiting tasks may have waited for. */
  private boolean allocateServices(Tx tx) {
    boolean progress = false;
    while (released || !changedServices.isEmpty()) {
      Set<String> turn = new LinkedHashSet<>();
      if (released) {
        turn.addAll(refused.keySet());
        released = false;
      }
      turn.addAll(changedServices);
      changedServices.clear();
      for (String id : turn) {
        Service service = tx.service(id).orElse(null);
        if (service != null && (refused.containsKey(id) || !ServicePorts.isAllocated(service))) {
          allocate(tx, service);
          progress = true;
        }
      }
    }
    return progress;
  }

  private void allocate(Tx tx, Service service) {
    if (ServicePorts.isAllocated(service)) {
      refused.remove(service.id());
      return;
    }
    ServicePorts.Result result = ports.allocate(service);
    released |= result.released();
    Optional<Endpoint> endpoint = result.endpoint();
    if (endpoint.isPresent()) {
      refused.remove(service.id());
      tx.update(service.withEndpoint(endpoint.get()));
    } else {
      refused.put(service.id(), result.refusal());
    }
  }

  private void allocate(Tx tx, Task task) {
    Service service = tx.service(task.serviceId()).orElse(null);
    if (task.hasService() && service == null) {
      return; // its service is gone, and it will go too
    }
    List<NetworkAttachment> attachments = new ArrayList<>();
    String obstacle = "";
    if (service != null && !ServicePorts.isAllocated(service)) {
      obstacle = refused.getOrDefault(service.id(), "its service has no published ports yet");
    }
    for (NetworkAttachmentConfig wanted : networks(task, service)) {
      Network network = network(tx, wanted.target()).orElse(null);
      if (network == null || network.pendingDelete()) {
        obstacle = "network " + wanted.target() + " does not exist";
      } else {
        attachments.add(
            new NetworkAttachment(
                network.id(), network.name(), List.of(), wanted.aliases(), wanted.driverOpts()));
      }
    }
    if (obstacle.isEmpty()) {
      waiting.remove(task.id());
      tx.update(
          task.toBuilder()
              .networks(attachments)
              .endpoint(service == null ? task.endpoint() : service.endpoint())
              .status(task.status().advance(TaskState.PENDING, tx.now(), "pending assignment"))
              .build());
    } else {
      waiting.add(task.id());
      if (!task.status().error().equals(obstacle)) {
        TaskStatus status =
            task.status().advance(TaskState.NEW, tx.now(), "waits for the allocation of its needs");
        tx.update(task.withStatus(status.withError(obstacle)));
      }
    }
  }

  private static List<NetworkAttachmentConfig> networks(Task task, @Nullable Service service) {
    return task.spec().networks().isEmpty() && service != null
        ? service.spec().networks()
        : task.spec().networks();
  }

  private static Optional<Network> network(ReadView view, String target) {
    return view.network(target)
        .or(() -> view.byName(Kind.NETWORK, target).map(Network.class::cast));
  }

  private static boolean isNew(Task task) {
    return task.state() == TaskState.NEW && task.desiredState().atMost(TaskState.COMPLETE);
  }
}
