// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.model.GenericResource;
import io.jswarm.model.Task;
import java.util.List;
import java.util.Objects;

/** What placement decided for one task. */
public sealed interface PlacementDecision {
  /** The task decided about, as it was handed in. */
  Task task();

  /**
   * The task goes to a node.
   *
   * @param generic the generic resources claimed there
   */
  record Placed(Task task, String nodeId, List<GenericResource> generic)
      implements PlacementDecision {
    public Placed {
      Objects.requireNonNull(task);
      Objects.requireNonNull(nodeId);
      generic = List.copyOf(generic);
    }
  }

  /** No node fits now; {@code explanation} says why (S7.3). */
  record Unplaceable(Task task, PlacementExplanation explanation) implements PlacementDecision {
    public Unplaceable {
      Objects.requireNonNull(task);
      Objects.requireNonNull(explanation);
    }
  }
}
