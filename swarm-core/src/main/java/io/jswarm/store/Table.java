// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.StoreObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One kind's objects, by id and in any further orders. Immutable; see {@link Editor} for changing
 * it.
 */
final class Table<T extends StoreObject> {
  private final boolean uniqueNames;
  private final List<SortedTree<T>> indexes;

  private Table(boolean uniqueNames, List<SortedTree<T>> indexes) {
    this.uniqueNames = uniqueNames;
    this.indexes = indexes;
  }

  /** A table whose names must be unique without regard to case; index 1 is by name. */
  static <T extends StoreObject> Table<T> named() {
    return new Table<>(true, List.of(SortedTree.empty(Index.ID), SortedTree.empty(Index.NAME)));
  }

  /** A table with further orders after the one by id. */
  static <T extends StoreObject> Table<T> of(List<Order<T>> further) {
    List<SortedTree<T>> indexes = new ArrayList<>();
    indexes.add(SortedTree.empty(Index.ID));
    further.forEach(order -> indexes.add(SortedTree.empty(order)));
    return new Table<>(false, List.copyOf(indexes));
  }

  /**
   * A table in the orders of this one.
   *
   * @throws IllegalArgumentException when two of them have one id, or one name where names are
   *     unique
   */
  Table<T> with(List<T> objects) {
    List<SortedTree<T>> filled = new ArrayList<>();
    indexes.forEach(index -> filled.add(index.with(objects)));
    return new Table<>(uniqueNames, List.copyOf(filled));
  }

  int size() {
    return indexes.get(0).size();
  }

  @Nullable T get(String id) {
    return indexes.get(0).find(Order.prefix(id), object -> Index.compare(object.id(), id));
  }

  @Nullable T byName(String name) {
    String folded = Index.fold(name);
    return indexes
        .get(1)
        .find(Order.prefix(folded), object -> Index.fold(object.name()).compareTo(folded));
  }

  SortedTree<T> index(int i) {
    return indexes.get(i);
  }

  Editor<T> edit() {
    return new Editor<>(this);
  }

  /** A mutable fork. */
  static final class Editor<T extends StoreObject> {
    private final boolean uniqueNames;
    private final List<SortedTree.Editor<T>> indexes = new ArrayList<>();
    private @Nullable Table<T> frozen;

    private Editor(Table<T> table) {
      this.uniqueNames = table.uniqueNames;
      this.frozen = table;
      table.indexes.forEach(tree -> indexes.add(tree.edit()));
    }

    @Nullable T get(String id) {
      return indexes.get(0).find(Order.prefix(id), object -> Index.compare(object.id(), id));
    }

    /** Adds the elements of a range of the order with that number. */
    void addTo(List<T> list, int index, SortedTree.Range<T> range) {
      indexes.get(index).addTo(list, range);
    }

    /** Who has this name already, other than {@code id}. */
    @Nullable T nameTaken(String name, String id) {
      if (!uniqueNames) {
        return null;
      }
      String folded = Index.fold(name);
      T holder =
          indexes
              .get(1)
              .find(Order.prefix(folded), object -> Index.fold(object.name()).compareTo(folded));
      return holder == null || holder.id().equals(id) ? null : holder;
    }

    void put(@Nullable T old, T object) {
      frozen = null;
      for (SortedTree.Editor<T> index : indexes) {
        boolean replaced = index.includes(object) && index.put(object) != null;
        if (old != null && !replaced && index.includes(old)) {
          index.remove(old);
        }
      }
    }

    void remove(T old) {
      frozen = null;
      for (SortedTree.Editor<T> index : indexes) {
        if (index.includes(old)) {
          index.remove(old);
        }
      }
    }

    Table<T> freeze() {
      Table<T> table = frozen;
      if (table == null) {
        List<SortedTree<T>> trees = new ArrayList<>();
        indexes.forEach(index -> trees.add(index.freeze()));
        table = new Table<>(uniqueNames, List.copyOf(trees));
        frozen = table;
      }
      return table;
    }

    void reset(Table<T> table) {
      for (int i = 0; i < indexes.size(); i++) {
        indexes.get(i).reset(table.index(i));
      }
      frozen = table;
    }
  }
}
