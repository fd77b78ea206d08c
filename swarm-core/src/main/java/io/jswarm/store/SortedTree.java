// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted set with cheap successors: a B+ tree whose pages are shared between versions.
 * An {@link Editor} changes pages it made itself in place and copies all others, so many changes in
 * a row cost little more than a mutable tree, and {@link Editor#freeze()} is O(1).
 *
 * <p>Thread-safety: a tree is immutable; an editor belongs to one thread.
 */
final class SortedTree<E> implements Iterable<E> {
  private static final int MAX = 32;

  /** Of a page when many elements come at once; leaves room for some more. */
  private static final int FILL = 24;

  private final Comparator<? super E> order;
  private final @Nullable Page root;
  private final int size;

  private SortedTree(Comparator<? super E> order, @Nullable Page root, int size) {
    this.order = order;
    this.root = root;
    this.size = size;
  }

  static <E> SortedTree<E> empty(Comparator<? super E> order) {
    return new SortedTree<>(order, null, 0);
  }

  /**
   * A tree of this order with many elements at once, given in any order; quickest if they come in
   * that of the tree.
   *
   * @throws IllegalArgumentException when two of them compare equal
   */
  SortedTree<E> with(List<E> elements) {
    List<E> sorted = new ArrayList<>(elements);
    sorted.sort(order);
    List<Page> level = new ArrayList<>();
    Object owner = new Object();
    for (int at = 0; at < sorted.size(); at += FILL) {
      Page leaf = new Page(owner, false);
      for (E element : sorted.subList(at, Math.min(at + FILL, sorted.size()))) {
        leaf.insert(leaf.count, element, null);
      }
      level.add(leaf);
    }
    for (int i = 1; i < sorted.size(); i++) {
      if (order.compare(sorted.get(i - 1), sorted.get(i)) == 0) {
        throw new IllegalArgumentException("two of one place: " + sorted.get(i));
      }
    }
    while (level.size() > 1) {
      List<Page> above = new ArrayList<>();
      for (int at = 0; at < level.size(); at += FILL) {
        Page branch = new Page(owner, true);
        for (Page page : level.subList(at, Math.min(at + FILL, level.size()))) {
          branch.insert(branch.count, page, page.low());
        }
        above.add(branch);
      }
      level = above;
    }
    return new SortedTree<>(order, level.isEmpty() ? null : level.get(0), sorted.size());
  }

  /**
   * Where an element lies relative to a range: negative before it, 0 inside, positive behind.
   * Monotone in the tree's order.
   */
  @FunctionalInterface
  interface Probe<E> {
    int position(E element);
  }

  int size() {
    return size;
  }

  Editor<E> edit() {
    return new Editor<>(this);
  }

  /** The first element in the range of {@code probe}. */
  @Nullable E find(Probe<E> probe) {
    return first(root, probe);
  }

  private static <E> @Nullable E first(@Nullable Page root, Probe<E> probe) {
    Page page = root;
    Page next = null;
    while (page != null) {
      int at = page.firstNotBefore(probe);
      if (page.lows == null) {
        Page found = at < page.count ? page : next;
        E element =
            found == null ? null : SortedTree.<E>element(found.leftmost(found == page ? at : 0));
        return element != null && probe.position(element) == 0 ? element : null;
      }
      // If the child that may hold the range's start ends before it, the range starts with this
      // one.
      next = at < page.count ? page.child(at) : next;
      page = page.child(Math.max(0, at - 1));
    }
    return null;
  }

  /** The elements in the range of {@code probe}, in order. */
  Iterable<E> range(Probe<E> probe) {
    return () -> new Cursor(probe);
  }

  @Override
  public Iterator<E> iterator() {
    return new Cursor(element -> 0);
  }

  /** Pages hold what was put in; nothing else gets there. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E> E element(Object item) {
    return (E) item;
  }

  /**
   * A leaf holds elements; a branch holds pages, and in {@code lows} the lowest element of each.
   */
  private static final class Page {
    final Object owner;
    final Object @Nullable [] lows;
    final Object[] items;
    int count;

    Page(Object owner, boolean branch) {
      this.owner = owner;
      this.items = new Object[MAX];
      this.lows = branch ? new Object[MAX] : null;
    }

    Page(Object owner, Page from) {
      this.owner = owner;
      this.items = from.items.clone();
      this.lows = from.lows == null ? null : from.lows.clone();
      this.count = from.count;
    }

    Object low() {
      return lows == null ? items[0] : lows[0];
    }

    Object key(int i) {
      return lows == null ? items[i] : lows[i];
    }

    Page child(int i) {
      return (Page) items[i];
    }

    <E> int firstNotBefore(Probe<E> probe) {
      int low = 0;
      int high = count;
      while (low < high) {
        int middle = (low + high) >>> 1;
        E element = element(key(middle));
        if (probe.position(element) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    Object leftmost(int at) {
      Page page = this;
      int i = at;
      while (page.lows != null) {
        page = page.child(i);
        i = 0;
      }
      return page.items[i];
    }

    void insert(int at, Object item, @Nullable Object low) {
      System.arraycopy(items, at, items, at + 1, count - at);
      items[at] = item;
      if (lows != null && low != null) {
        System.arraycopy(lows, at, lows, at + 1, count - at);
        lows[at] = low;
      }
      count++;
    }

    void delete(int at) {
      count--;
      System.arraycopy(items, at + 1, items, at, count - at);
      Arrays.fill(items, count, count + 1, null);
      if (lows != null) {
        System.arraycopy(lows, at + 1, lows, at, count - at);
        Arrays.fill(lows, count, count + 1, null);
      }
    }

    Page splitOff() {
      Page right = new Page(owner, lows != null);
      int keep = count / 2;
      move(this, keep, right, 0, count - keep);
      Arrays.fill(items, keep, count, null);
      if (lows != null) {
        Arrays.fill(lows, keep, count, null);
      }
      right.count = count - keep;
      count = keep;
      return right;
    }

    void append(Page next) {
      move(next, 0, this, count, next.count);
      count += next.count;
    }

    private static void move(Page from, int at, Page to, int toAt, int n) {
      System.arraycopy(from.items, at, to.items, toAt, n);
      if (from.lows != null && to.lows != null) {
        System.arraycopy(from.lows, at, to.lows, toAt, n);
      }
    }
  }

  /** A mutable fork of a tree. */
  static final class Editor<E> {
    private final Comparator<? super E> order;
    private @Nullable Page root;
    private int size;
    private Object owner = new Object();
    private @Nullable SortedTree<E> frozen;
    private @Nullable E replaced;

    private Editor(SortedTree<E> tree) {
      this.order = tree.order;
      this.root = tree.root;
      this.size = tree.size;
      this.frozen = tree;
    }

    /** The present content; later edits leave it alone. */
    SortedTree<E> freeze() {
      SortedTree<E> tree = frozen;
      if (tree == null) {
        tree = new SortedTree<>(order, root, size);
        frozen = tree;
        owner = new Object();
      }
      return tree;
    }

    /** Takes back every edit after {@code tree} was frozen. */
    void reset(SortedTree<E> tree) {
      root = tree.root;
      size = tree.size;
      frozen = tree;
      owner = new Object();
    }

    @Nullable E find(Probe<E> probe) {
      return first(root, probe);
    }

    /** Adds {@code element}, or replaces the one that compares equal and returns it. */
    @Nullable E put(E element) {
      frozen = null;
      replaced = null;
      if (root == null) {
        root = new Page(owner, false);
      }
      root = owned(root);
      Page right = put(root, element);
      if (right != null) {
        Page top = new Page(owner, true);
        top.insert(0, root, root.low());
        top.insert(1, right, right.low());
        root = top;
      }
      if (replaced == null) {
        size++;
      }
      return replaced;
    }

    /** Removes and returns the element that compares equal. */
    @Nullable E remove(E element) {
      frozen = null;
      replaced = null;
      if (root == null) {
        return null;
      }
      root = owned(root);
      remove(root, element);
      if (replaced != null) {
        size--;
      }
      while (root.lows != null && root.count == 1) {
        root = root.child(0);
      }
      if (root.count == 0) {
        root = null;
      }
      return replaced;
    }

    private Page owned(Page page) {
      return page.owner == owner ? page : new Page(owner, page);
    }

    /** Returns the new right half when the page had to be split. */
    private @Nullable Page put(Page page, E element) {
      int at = search(page, element);
      if (page.lows == null) {
        if (at >= 0) {
          replaced = element(page.items[at]);
          page.items[at] = element;
          return null;
        }
        return insert(page, -at - 1, element, null);
      }
      int child = at >= 0 ? at : Math.max(0, -at - 2);
      Page down = owned(page.child(child));
      page.items[child] = down;
      Page right = put(down, element);
      page.lows[child] = down.low();
      return right == null ? null : insert(page, child + 1, right, right.low());
    }

    private static @Nullable Page insert(Page page, int at, Object item, @Nullable Object low) {
      if (page.count < MAX) {
        page.insert(at, item, low);
        return null;
      }
      Page right = page.splitOff();
      if (at <= page.count) {
        page.insert(at, item, low);
      } else {
        right.insert(at - page.count, item, low);
      }
      return right;
    }

    private void remove(Page page, E element) {
      int at = search(page, element);
      if (page.lows == null) {
        if (at >= 0) {
          replaced = element(page.items[at]);
          page.delete(at);
        }
        return;
      }
      int child = at >= 0 ? at : -at - 2;
      if (child < 0) {
        return;
      }
      Page down = owned(page.child(child));
      page.items[child] = down;
      remove(down, element);
      if (down.count == 0) {
        page.delete(child);
        return;
      }
      page.lows[child] = down.low();
      if (child + 1 < page.count && down.count + page.child(child + 1).count <= MAX / 2) {
        down.append(page.child(child + 1));
        page.delete(child + 1);
      }
    }

    private int search(Page page, E element) {
      int low = 0;
      int high = page.count - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        int compared = order.compare(SortedTree.<E>element(page.key(middle)), element);
        if (compared == 0) {
          return middle;
        } else if (compared < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return -low - 1;
    }
  }

  private final class Cursor implements Iterator<E> {
    private final Probe<E> probe;
    private final Page[] path = new Page[16];
    private final int[] at = new int[16];
    private int depth = -1;
    private @Nullable E next;

    Cursor(Probe<E> probe) {
      this.probe = probe;
      Page page = root;
      while (page != null) {
        int i = page.firstNotBefore(probe);
        depth++;
        path[depth] = page;
        at[depth] = page.lows == null ? i : Math.max(0, i - 1);
        page = page.lows == null ? null : page.child(at[depth]);
      }
      fetch();
    }

    /**
     * Steps to the next leaf while the present one is used up, then looks whether the range goes
     * on.
     */
    private void fetch() {
      next = null;
      while (depth >= 0 && at[depth] == path[depth].count) {
        depth--;
        if (depth >= 0) {
          at[depth]++;
        }
      }
      if (depth < 0) {
        return;
      }
      while (path[depth].lows != null) {
        Page down = path[depth].child(at[depth]);
        depth++;
        path[depth] = down;
        at[depth] = 0;
      }
      E element = element(path[depth].items[at[depth]]);
      if (probe.position(element) <= 0) {
        next = element;
      }
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public E next() {
      E element = next;
      if (element == null) {
        throw new NoSuchElementException();
      }
      at[depth]++;
      fetch();
      return element;
    }
  }
}
