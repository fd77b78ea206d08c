// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import com.google.common.base.Ascii;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import java.util.Comparator;

/** The orders tables are kept in. Ids make every order total. */
final class Index {
  private Index() {}

  /** By id: every table's first index. */
  static final Comparator<StoreObject> ID = Comparator.comparing(StoreObject::id);

  /** By name without regard to case; names are unique where this is used (S1.1). */
  static final Comparator<StoreObject> NAME = (a, b) -> fold(a.name()).compareTo(fold(b.name()));

  /** By service, slot, node: tasks of a service and tasks of a slot are ranges. */
  static final Comparator<Task> SERVICE =
      Comparator.comparing(Task::serviceId)
          .thenComparingInt(Task::slot)
          .thenComparing(Task::nodeId)
          .thenComparing(Task::id);

  /** By node; tasks without one come first. */
  static final Comparator<Task> NODE = Comparator.comparing(Task::nodeId).thenComparing(Task::id);

  static String fold(String name) {
    return Ascii.toLowerCase(name);
  }
}
