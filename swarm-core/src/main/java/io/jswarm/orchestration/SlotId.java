// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static java.util.Objects.requireNonNull;

import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;

/**
 * What a task fills, and its replacement fills after it: a numbered slot of the service, or a node
 * where the mode is global (S2.2).
 *
 * @param slot 0 in global modes
 * @param nodeId empty unless the mode is global
 */
record SlotId(String serviceId, int slot, String nodeId) {
  SlotId {
    requireNonNull(serviceId);
    requireNonNull(nodeId);
  }

  static SlotId of(Service service, Task task) {
    return service.spec().mode().isGlobal()
        ? new SlotId(service.id(), 0, task.nodeId())
        : new SlotId(service.id(), task.slot(), "");
  }

  /** All tasks of this slot, the ones that ended included. */
  List<Task> tasks(ReadView view) {
    List<Task> tasks = new ArrayList<>();
    if (nodeId.isEmpty()) {
      view.tasksOfSlot(serviceId, slot).forEach(tasks::add);
    } else {
      for (Task task : view.tasksOfNode(nodeId)) {
        if (task.serviceId().equals(serviceId)) {
          tasks.add(task);
        }
      }
    }
    return tasks;
  }
}
