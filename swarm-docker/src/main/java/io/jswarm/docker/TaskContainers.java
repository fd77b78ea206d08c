// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import io.jswarm.TaskRuntimeException;
import io.jswarm.docker.ContainerFiles.Archive;
import io.jswarm.spi.TaskAssignment;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The containers of tasks, found by their labels. All methods block, so they belong into {@link
 * EngineClient#call}; each may be repeated, whatever became of the reply to the first time.
 * Thread-safe.
 */
final class TaskContainers {
  private final EngineClient engine;

  TaskContainers(EngineClient engine) {
    this.engine = engine;
  }

  /** Ids of the tasks of a node that have a container. */
  List<String> tasks(String nodeId) {
    return labelled(ContainerRequest.NODE_ID, nodeId).stream()
        .map(container -> container.getLabels().getOrDefault(ContainerRequest.TASK_ID, ""))
        .filter(taskId -> !taskId.isEmpty())
        .sorted()
        .toList();
  }

  /** The container of a task, empty when it has none. */
  Optional<ContainerSnapshot> find(String taskId) {
    for (Container container : labelled(ContainerRequest.TASK_ID, taskId)) {
      try {
        return Optional.of(
            ContainerSnapshot.of(engine.calls().inspectContainerCmd(container.getId()).exec()));
      } catch (NotFoundException e) {
        // Removed since it was listed.
      }
    }
    return Optional.empty();
  }

  /** The container of a task that must have one. */
  ContainerSnapshot get(String taskId) {
    return find(taskId)
        .orElseThrow(
            () ->
                new TaskRuntimeException(
                    "task "
                        + taskId
                        + " has no container: it was never prepared, or was removed behind our"
                        + " back",
                    false));
  }

  private List<Container> labelled(String label, String value) {
    return engine
        .calls()
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of(label, value))
        .exec();
  }

  /** Creates the container with its files, or completes one that an earlier attempt left. */
  void create(TaskAssignment assignment) {
    ContainerFiles files = ContainerFiles.of(assignment);
    List<Archive> archives = files.archives();
    TaskNetworks networks = TaskNetworks.of(assignment);
    Optional<ContainerSnapshot> existing = find(assignment.taskId());
    if (existing.isEmpty()) {
      MountRequest.requireSupport(assignment.container(), engine::apiVersion);
      ObjectNode request = ContainerRequest.of(assignment, files);
      networks.describe(request, engine.calls());
      String name = assignment.task().displayName();
      try {
        engine.createContainer(name, request);
      } catch (ConflictException e) {
        if (find(assignment.taskId()).isEmpty()) {
          throw taken(name, e);
        }
      }
    }
    ContainerSnapshot container = get(assignment.taskId());
    if (!container.started()) {
      finish(container, networks, archives);
    }
  }

  private void finish(ContainerSnapshot container, TaskNetworks networks, List<Archive> archives) {
    networks.connectOthers(container.id(), engine.calls());
    for (Archive archive : archives) {
      engine
          .calls()
          .copyArchiveToContainerCmd(container.id())
          .withRemotePath(archive.directory())
          .withCopyUIDGID(true)
          .withTarInputStream(new ByteArrayInputStream(archive.tar().toByteArray()))
          .exec();
    }
  }

  /** Starts the container unless it ran already, then looks at it. */
  ContainerSnapshot start(TaskAssignment assignment) {
    ContainerSnapshot container = get(assignment.taskId());
    if (container.started()) {
      return container;
    }
    try {
      engine.calls().startContainerCmd(container.id()).exec();
    } catch (NotModifiedException e) {
      // Started by an attempt whose reply was lost.
      return get(assignment.taskId());
    }
    return get(assignment.taskId());
  }

  /** Sends a signal; one that ended or went away meanwhile needs none. */
  void signal(String containerId, String signal) {
    try {
      engine.calls().killContainerCmd(containerId).withSignal(signal).exec();
    } catch (NotFoundException | ConflictException e) {
      // Nothing runs that could take it.
    }
  }

  /** Deletes the task's container with its anonymous volumes, killing what runs. */
  void remove(String taskId) {
    for (Container container : labelled(ContainerRequest.TASK_ID, taskId)) {
      try {
        engine
            .calls()
            .removeContainerCmd(container.getId())
            .withForce(true)
            .withRemoveVolumes(true)
            .exec();
      } catch (NotFoundException e) {
        // Gone already.
      } catch (ConflictException e) {
        // "removal … is already in progress"
        throw new TaskRuntimeException(
            "cannot remove container of task " + taskId + ": " + EngineFailures.reason(e), true, e);
      }
    }
  }

  private TaskRuntimeException taken(String name, ConflictException conflict) {
    String owner;
    try {
      var other = engine.calls().inspectContainerCmd(name).exec();
      owner = "container " + other.getId() + " of image " + other.getConfig().getImage();
    } catch (NotFoundException e) {
      return new TaskRuntimeException(EngineFailures.reason(conflict), true, conflict);
    }
    return new TaskRuntimeException(
        "the name "
            + name
            + " is taken by "
            + owner
            + ", which is not of this task; remove or rename it",
        false,
        conflict);
  }
}
