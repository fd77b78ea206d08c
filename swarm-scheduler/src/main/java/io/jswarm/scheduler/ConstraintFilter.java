// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Constraint;
import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every placement constraint holds (S8); read once for all nodes. */
final class ConstraintFilter implements Filter {
  private final List<Constraint> constraints;
  private final boolean readable;

  private ConstraintFilter(List<Constraint> constraints, boolean readable) {
    this.constraints = constraints;
    this.readable = readable;
  }

  static Optional<ConstraintFilter> of(Task task) {
    List<String> texts = task.spec().placement().constraints();
    if (texts.isEmpty()) {
      return Optional.empty();
    }
    List<Constraint> constraints = new ArrayList<>(texts.size());
    try {
      texts.forEach(text -> constraints.add(Constraint.parse(text)));
    } catch (IllegalArgumentException e) {
      // The control API lets none of these in. If one is there all the same, the safe reading is
      // that no node meets it: the task waits and says so, and nothing else stops.
      return Optional.of(new ConstraintFilter(List.of(), false));
    }
    return Optional.of(new ConstraintFilter(constraints, true));
  }

  /** The labels of nodes and engines that are looked at. */
  List<SpreadKey> labels() {
    List<SpreadKey> labels = new ArrayList<>();
    for (Constraint constraint : constraints) {
      constraint.nodeLabel().ifPresent(label -> labels.add(new SpreadKey(false, label)));
      constraint.engineLabel().ifPresent(label -> labels.add(new SpreadKey(true, label)));
    }
    return labels;
  }

  @Override
  public String name() {
    return "constraints";
  }

  @Override
  public boolean passes(NodeBooks node) {
    if (!readable) {
      return false;
    }
    for (Constraint constraint : constraints) {
      if (!constraint.matches(node.node())) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean isUsedUp() {
    return false;
  }

  @Override
  public boolean isOfClass() {
    return constraints.stream().noneMatch(Constraint::isAboutOneNode);
  }

  @Override
  public String explain(int nodes) {
    return "scheduling constraints not satisfied on " + Filter.count(nodes);
  }
}
