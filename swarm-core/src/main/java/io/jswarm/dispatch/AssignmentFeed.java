// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Config;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.Kind;
import io.jswarm.model.ResourceReference;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Tells one session what its node is assigned: everything once, then what changed (S9.3). Secrets
 * and configs go to the node with the first task that needs them and are taken back with the last.
 * Holds state only for tasks that need some.
 */
final class AssignmentFeed {
  private static final int MOST_ITEMS = 100;

  private final String nodeId;
  private final Consumer<Slice> out;
  private long stream;
  private long sent;
  private final Map<Dependency, Set<String>> holders = new TreeMap<>();
  private final Set<Dependency> delivered = new TreeSet<>();
  private final Set<Dependency> touched = new TreeSet<>();
  private final Map<String, AssignmentItem> changes = new LinkedHashMap<>();

  /**
   * @param out sends to the agent
   */
  AssignmentFeed(String nodeId, Consumer<Slice> out) {
    this.nodeId = nodeId;
    this.out = out;
  }

  /** Number of the agent's present request; 0 = it has not asked. */
  long stream() {
    return stream;
  }

  /** Number of the last set sent in it. */
  long sent() {
    return sent;
  }

  /** Starts over: sends everything there is. */
  void subscribe(long stream, ReadView view) {
    reset();
    this.stream = stream;
    List<AssignmentItem> tasks = new ArrayList<>();
    for (Task task : view.tasksOfNode(nodeId)) {
      if (task.state().atLeast(TaskState.ASSIGNED)) {
        hold(task);
        tasks.add(new AssignmentItem.UpdateTask(task));
      }
    }
    List<AssignmentItem> items = new ArrayList<>();
    deliverNeeded(view, items);
    touched.clear();
    items.addAll(tasks);
    send(true, items);
  }

  /** Forgets what was sent; nothing goes out until the agent asks again. */
  void reset() {
    stream = 0;
    sent = 0;
    holders.clear();
    delivered.clear();
    touched.clear();
    changes.clear();
  }

  /** Takes note of a durable change of a task of this node. */
  void onTaskEvent(StoreEvent event) {
    if (stream == 0) {
      return;
    }
    Task task = (Task) event.object();
    Task old = (Task) event.old();
    if (event instanceof StoreEvent.Deleted) {
      release(task);
      if (task.state().atLeast(TaskState.ASSIGNED)) {
        changes.put(task.id(), new AssignmentItem.RemoveTask(task.id()));
      }
    } else if (task.state().atLeast(TaskState.ASSIGNED)) {
      if (task.state().isTerminal()) {
        release(task);
      } else {
        hold(task);
      }
      if (old == null || task.state().atMost(TaskState.ASSIGNED) || concernsAgent(old, task)) {
        changes.put(task.id(), new AssignmentItem.UpdateTask(task));
      }
    }
  }

  /** Sends what was noted. */
  void flush(ReadView view) {
    if (changes.isEmpty() && touched.isEmpty()) {
      return;
    }
    List<AssignmentItem> items = new ArrayList<>();
    deliverNeeded(view, items);
    items.addAll(changes.values());
    changes.clear();
    for (Dependency dependency : touched) {
      if (!holders.containsKey(dependency) && delivered.remove(dependency)) {
        items.add(dependency.removal());
      }
    }
    touched.clear();
    for (int i = 0; i < items.size(); i += MOST_ITEMS) {
      send(false, items.subList(i, Math.min(items.size(), i + MOST_ITEMS)));
    }
  }

  private void send(boolean complete, List<AssignmentItem> items) {
    out.accept(new Slice(stream, complete, sent, sent + 1, items));
    sent++;
  }

  private void deliverNeeded(ReadView view, List<AssignmentItem> items) {
    for (Dependency dependency : touched) {
      if (holders.containsKey(dependency) && !delivered.contains(dependency)) {
        view.get(dependency.kind, dependency.id)
            .ifPresent(
                object -> {
                  delivered.add(dependency);
                  items.add(
                      object instanceof Secret secret
                          ? new AssignmentItem.UpdateSecret(secret)
                          : new AssignmentItem.UpdateConfig((Config) object));
                });
      }
    }
  }

  private void hold(Task task) {
    if (task.state().isTerminal()) {
      return;
    }
    for (Dependency dependency : dependencies(task)) {
      if (holders.computeIfAbsent(dependency, key -> new TreeSet<>()).add(task.id())) {
        touched.add(dependency);
      }
    }
  }

  private void release(Task task) {
    for (Dependency dependency : dependencies(task)) {
      Set<String> tasks = holders.get(dependency);
      if (tasks != null && tasks.remove(task.id())) {
        touched.add(dependency);
        if (tasks.isEmpty()) {
          holders.remove(dependency);
        }
      }
    }
  }

  /** Whether anything but the status changed; the status is what the agent knows best (S9.3). */
  private static boolean concernsAgent(Task old, Task task) {
    return old.state().isBefore(TaskState.ASSIGNED)
        || old.desiredState() != task.desiredState()
        || old.specVersion() != task.specVersion()
        || old.slot() != task.slot()
        || old.jobIteration() != task.jobIteration()
        || !old.spec().equals(task.spec())
        || !old.name().equals(task.name())
        || !old.labels().equals(task.labels())
        || !old.serviceName().equals(task.serviceName())
        || !old.serviceLabels().equals(task.serviceLabels())
        || !old.networks().equals(task.networks())
        || !old.endpoint().equals(task.endpoint())
        || !Objects.equals(old.logDriver(), task.logDriver())
        || !old.assignedGenericResources().equals(task.assignedGenericResources());
  }

  private static List<Dependency> dependencies(Task task) {
    List<Dependency> found = new ArrayList<>();
    task.spec()
        .container()
        .ifPresent(
            container -> {
              for (SecretReference secret : container.secrets()) {
                found.add(new Dependency(Kind.SECRET, secret.id()));
              }
              for (ConfigReference config : container.configs()) {
                found.add(new Dependency(Kind.CONFIG, config.id()));
              }
            });
    for (ResourceReference reference : task.spec().resourceReferences()) {
      switch (reference.type()) {
        case SECRET -> found.add(new Dependency(Kind.SECRET, reference.resourceId()));
        case CONFIG -> found.add(new Dependency(Kind.CONFIG, reference.resourceId()));
        case TASK -> {}
      }
    }
    return found;
  }

  /** One message's worth. */
  record Slice(
      long stream, boolean complete, long appliesTo, long resultsIn, List<AssignmentItem> items) {}

  private record Dependency(Kind kind, String id) implements Comparable<Dependency> {
    AssignmentItem removal() {
      return kind == Kind.SECRET
          ? new AssignmentItem.RemoveSecret(id)
          : new AssignmentItem.RemoveConfig(id);
    }

    @Override
    public int compareTo(Dependency other) {
      int byKind = kind.compareTo(other.kind);
      return byKind != 0 ? byKind : id.compareTo(other.id);
    }
  }
}
