// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How far a service is on its way to what its spec says.
 *
 * @param service the service's name
 * @param desired replicas that should run
 * @param running replicas that run the present spec
 * @param stopping tasks of this service that are on their way out
 * @param updating whether a rolling update or rollback is under way
 * @param waiting the tasks that should run and do not yet
 */
public record Progress(
    String service,
    long desired,
    long running,
    long stopping,
    boolean updating,
    List<Task> waiting) {
  public Progress {
    waiting = List.copyOf(waiting);
  }

  /** Whether there is nothing left to do. */
  public boolean converged() {
    return running == desired && stopping == 0 && !updating && waiting.isEmpty();
  }

  /** One line: numbers, and for up to three waiting tasks what they wait for. */
  public String text() {
    String numbers =
        service
            + ": "
            + running
            + " of "
            + desired
            + " tasks running"
            + (stopping > 0 ? ", " + stopping + " stopping" : "")
            + (updating ? ", update under way" : "");
    if (waiting.isEmpty()) {
      return numbers;
    }
    return waiting.stream()
        .limit(3)
        .map(Progress::why)
        .collect(Collectors.joining("; ", numbers + "; ", waiting.size() > 3 ? "; …" : ""));
  }

  private static String why(Task task) {
    String reason = reason(task);
    TaskState state = task.state();
    return task.serviceName()
        + "."
        + task.slot()
        + " is "
        + state.name().toLowerCase(Locale.ROOT)
        + (reason.isEmpty() ? "" : ": " + reason);
  }

  /** Why a task is in its state. */
  static String reason(Task task) {
    return task.status().error().isEmpty() ? task.status().message() : task.status().error();
  }
}
