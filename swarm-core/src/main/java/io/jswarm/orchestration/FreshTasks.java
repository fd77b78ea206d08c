// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.model.Task;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tasks that became pending, as they are now. Those of one service come out together, as they are
 * placed together (S7.4); a service that is not done lets the others go first.
 */
final class FreshTasks {
  /** By service, then by id. */
  private final Map<String, Map<String, Task>> tasks = new LinkedHashMap<>();

  void put(Task task) {
    tasks.computeIfAbsent(task.serviceId(), id -> new LinkedHashMap<>()).put(task.id(), task);
  }

  void remove(Task task) {
    Map<String, Task> ofService = tasks.get(task.serviceId());
    if (ofService != null && ofService.remove(task.id()) != null && ofService.isEmpty()) {
      tasks.remove(task.serviceId());
    }
  }

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  void clear() {
    tasks.clear();
  }

  /** Moves some of them to the end of a list. */
  void drainTo(List<Task> list, int most) {
    int left = most;
    while (left > 0 && !tasks.isEmpty()) {
      Iterator<Map.Entry<String, Map<String, Task>>> first = tasks.entrySet().iterator();
      Map.Entry<String, Map<String, Task>> service = first.next();
      first.remove();
      Iterator<Task> more = service.getValue().values().iterator();
      for (; left > 0 && more.hasNext(); left--) {
        list.add(more.next());
        more.remove();
      }
      if (more.hasNext()) {
        tasks.put(service.getKey(), service.getValue());
      }
    }
  }
}
