// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.model.Node;
import io.jswarm.model.Task;
import java.time.Instant;
import java.util.List;

/**
 * Decides which node a task runs on. A placement is a pure function of the nodes and tasks of the
 * cluster, the tasks that wait, and the time (S7). {@link #place} is that function. A leader keeps
 * a {@link Session} instead, which is told about changes one by one, so that an engine may keep
 * indexes and never rebuilds anything; it must decide exactly as {@link #place} would on the same
 * content, in whatever order that content was told.
 *
 * <p>No I/O, no threads, no clock. Found by {@link java.util.ServiceLoader}.
 */
public interface PlacementEngine {
  /** Name for logs and configuration, such as {@code spread}. */
  String name();

  /** An empty picture of a cluster. */
  Session open();

  /** Places {@code waiting} on a cluster of {@code nodes} that carries {@code tasks}. */
  default List<PlacementDecision> place(
      Iterable<Node> nodes, Iterable<Task> tasks, List<Task> waiting, Instant now) {
    Session session = open();
    nodes.forEach(session::put);
    tasks.forEach(task -> session.put(task, now));
    return session.place(waiting, now);
  }

  /** One leader's picture of the cluster. Not thread-safe: owned by the control loop. */
  interface Session {
    /** A node is new or has changed. */
    void put(Node node);

    /** A node is gone; its tasks stay known until removed. */
    void removeNode(String nodeId);

    /**
     * A task is new or has changed. It counts on its node from ASSIGNED to RUNNING (S7.2). Putting
     * it again is harmless, and its node may be told later.
     *
     * <p>A task of a service that is FAILED or REJECTED is remembered as a failure of its node for
     * five minutes, even when it is removed, unless it came with its node. It failed when its
     * report was stored, else when it was seen turning ({@code now}).
     */
    void put(Task task, Instant now);

    /** A task is gone. */
    void removeTask(String taskId);

    /**
     * Decides for each waiting task, in the order given; tasks of one service and spec version are
     * interchangeable (S7.4). A waiting task with a node id is preassigned: confirmed there or
     * explained (S7.8). What is placed is in the books at once and need not be told; to undo a
     * decision, {@code put} the task as it was.
     *
     * @return one decision per waiting task, in no particular order
     */
    List<PlacementDecision> place(List<Task> waiting, Instant now);
  }
}
