// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import com.google.common.base.Ascii;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import java.util.Comparator;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The orders tables are kept in. Ids make every order total. */
final class Index {
  private Index() {}

  /** By id: every table's first index. */
  static final Order<StoreObject> ID = by(StoreObject::id, null);

  /** By name without regard to case; names are unique where this is used (S1.1). */
  static final Order<StoreObject> NAME = by(object -> fold(object.name()), null);

  /**
   * By service, slot, node: tasks of a service and tasks of a slot are ranges. Tasks without a
   * service are not in it.
   */
  static final Order<Task> SERVICE =
      by(
          Task::serviceId,
          Task::hasService,
          (a, b) -> {
            int bySlot = Integer.compare(a.slot(), b.slot());
            int byNode = bySlot != 0 ? bySlot : compare(a.nodeId(), b.nodeId());
            return byNode != 0 ? byNode : compare(a.id(), b.id());
          });

  /** By node; tasks without one are not in it. */
  static final Order<Task> NODE =
      by(Task::nodeId, Task::isAssigned, (a, b) -> compare(a.id(), b.id()));

  private static <E> Order<E> by(Function<? super E, String> text, @Nullable Comparator<E> then) {
    return by(text, element -> true, then);
  }

  /**
   * By a text.
   *
   * @param then decides about those of one text; null = there are none
   */
  private static <E> Order<E> by(
      Function<? super E, String> text,
      Predicate<? super E> included,
      @Nullable Comparator<E> then) {
    return new Order<>() {
      @Override
      public boolean includes(E element) {
        return included.test(element);
      }

      @Override
      public long key(E element) {
        return Order.prefix(text.apply(element));
      }

      @Override
      public int compare(E a, E b) {
        int byText = Index.compare(text.apply(a), text.apply(b));
        return byText != 0 || then == null ? byText : then.compare(a, b);
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
