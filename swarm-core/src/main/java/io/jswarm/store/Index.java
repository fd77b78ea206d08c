// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import com.google.common.base.Ascii;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import java.util.function.Function;

/** The orders tables are kept in. Ids make every order total. */
final class Index {
  private Index() {}

  /** By id: every table's first index. */
  static final Order<StoreObject> ID = by(StoreObject::id);

  /** By name without regard to case; names are unique where this is used (S1.1). */
  static final Order<StoreObject> NAME = by(object -> fold(object.name()));

  /**
   * By service and slot: tasks of a slot are next to each other, and so are those of services with
   * one number. Tasks without a service are not in it.
   */
  static final Order<Task> SERVICE =
      new Order<>() {
        @Override
        public boolean includes(Task task) {
          return task.hasService();
        }

        @Override
        public long key(Task task) {
          return Order.pair(task.serviceId(), task.slot());
        }

        @Override
        public int compare(Task a, Task b) {
          int byService = Index.compare(a.serviceId(), b.serviceId());
          return byService != 0 ? byService : Index.compare(a.id(), b.id());
        }
      };

  /**
   * By node, then id: tasks of nodes with one number are next to each other. Tasks without a node
   * are not in it.
   */
  static final Order<Task> NODE =
      new Order<>() {
        @Override
        public boolean includes(Task task) {
          return task.isAssigned();
        }

        @Override
        public long key(Task task) {
          return Order.pair(task.nodeId(), Order.beginning(task.id()));
        }

        @Override
        public int compare(Task a, Task b) {
          int byNode = Index.compare(a.nodeId(), b.nodeId());
          return byNode != 0 ? byNode : Index.compare(a.id(), b.id());
        }
      };

  /** By a text that no two have. */
  private static Order<StoreObject> by(Function<? super StoreObject, String> text) {
    return new Order<>() {
      @Override
      public long key(StoreObject element) {
        return Order.prefix(text.apply(element));
      }

      @Override
      public int compare(StoreObject a, StoreObject b) {
        return Index.compare(text.apply(a), text.apply(b));
      }
    };
  }

  /** One id is mostly one instance, also in many objects. */
  @SuppressWarnings("ReferenceEquality")
  static int compare(String a, String b) {
    return a == b ? 0 : a.compareTo(b);
  }

  static String fold(String name) {
    return Ascii.toLowerCase(name);
  }
}
