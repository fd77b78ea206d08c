// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted set with cheap successors: a B+ tree whose pages are shared between versions.
 * An {@link Editor} changes pages it made itself in place and copies all others, so many changes in
 * a row cost little more than a mutable tree, and {@link Editor#freeze()} is O(1). Pages also hold
 * the {@link Order#key} of what is in them: a search looks at next to no element itself, each of
 * which would be a cache miss in a large tree.
 *
 * <p>Thread-safety: a tree is immutable; an editor belongs to one thread.
 */
final class SortedTree<E> implements Iterable<E> {
  private static final int MAX = 32;

  /** Of a page when many elements come at once; leaves room for some more. */
  private static final int FILL = 24;

  private final Order<? super E> order;
  private final @Nullable Page root;
  private final int size;

  private SortedTree(Order<? super E> order, @Nullable Page root, int size) {
    this.order = order;
    this.root = root;
    this.size = size;
  }

  static <E> SortedTree<E> empty(Order<? super E> order) {
    return new SortedTree<>(order, null, 0);
  }

  /**
   * A tree of this order with all of many elements that it includes, given in any order; quickest
   * if they come in that of the tree.
   *
   * @throws IllegalArgumentException when two of them compare equal
   */
  SortedTree<E> with(List<E> elements) {
    List<E> sorted = new ArrayList<>(elements);
    sorted.removeIf(element -> !order.includes(element));
    sorted.sort(order::compareAll);
    List<Page> level = new ArrayList<>();
    Object owner = new Object();
    for (int at = 0; at < sorted.size(); at += FILL) {
      Page leaf = new Page(owner, false);
      for (E element : sorted.subList(at, Math.min(at + FILL, sorted.size()))) {
        leaf.insert(leaf.count, element, null, order.key(element));
      }
      level.add(leaf);
    }
    for (int i = 1; i < sorted.size(); i++) {
      if (order.compareAll(sorted.get(i - 1), sorted.get(i)) == 0) {
        throw new IllegalArgumentException("two of one place: " + sorted.get(i));
      }
    }
    while (level.size() > 1) {
      List<Page> above = new ArrayList<>();
      for (int at = 0; at < level.size(); at += FILL) {
        Page branch = new Page(owner, true);
        for (Page page : level.subList(at, Math.min(at + FILL, level.size()))) {
          branch.insert(branch.count, page, page.low(), page.keys[0]);
        }
        above.add(branch);
      }
      level = above;
    }
    return new SortedTree<>(order, level.isEmpty() ? null : level.get(0), sorted.size());
  }

  /**
   * Where an element lies relative to those searched for: negative before them, 0 one of them,
   * positive behind. Monotone in the tree's order. They all have one {@link Order#key}, and only
   * elements with that are asked about.
   */
  @FunctionalInterface
  interface Probe<E> {
    int position(E element);
  }

  /**
   * Elements that are next to each other.
   *
   * @param mask what counts of their keys, highest bits first
   * @param key so much of their keys
   * @param filter which of the elements there are meant
   */
  record Range<E>(long key, long mask, Predicate<? super E> filter) {}

  int size() {
    return size;
  }

  Editor<E> edit() {
    return new Editor<>(this);
  }

  /** The first element in the range of {@code probe}, all of which has {@code key}. */
  @Nullable E find(long key, Probe<E> probe) {
    return first(root, key, probe);
  }

  private static <E> @Nullable E first(@Nullable Page root, long key, Probe<E> probe) {
    Page page = root;
    Page next = null;
    while (page != null) {
      int at = page.firstNotBefore(key, -1, probe);
      if (page.lows == null) {
        if (at < page.count) {
          return page.position(at, key, -1, probe) == 0
              ? SortedTree.<E>element(page.items[at])
              : null;
        }
        Page leaf = next == null ? null : next.leftmost();
        return leaf != null && leaf.position(0, key, -1, probe) == 0
            ? SortedTree.<E>element(leaf.items[0])
            : null;
      }
      // If the child that may hold the range's start ends before it, the range starts with this
      // one.
      next = at < page.count ? page.child(at) : next;
      page = page.child(Math.max(0, at - 1));
    }
    return null;
  }

  /** The elements of a range, in order. */
  Iterable<E> range(Range<E> range) {
    return () -> new RangeCursor<>(root, range);
  }

  /**
   * The elements in or behind the range of {@code probe}, in order; of those with another key those
   * with a greater one.
   */
  Iterable<E> from(long key, Probe<E> probe) {
    return () -> {
      Cursor<E> cursor = new Cursor<>();
      cursor.seek(root, key, -1, probe);
      cursor.fetch();
      return cursor;
    };
  }

  @Override
  public Iterator<E> iterator() {
    Cursor<E> cursor = new Cursor<>();
    cursor.start(root);
    cursor.fetch();
    return cursor;
  }

  /** Pages hold what was put in; nothing else gets there. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E> E element(Object item) {
    return (E) item;
  }

  /**
   * A leaf holds elements; a branch holds pages, and in {@code lows} the lowest element of each.
   * {@code keys} are those of the elements or lows.
   */
  private static final class Page {
    final Object owner;
    final Object @Nullable [] lows;
    final Object[] items;
    final long[] keys;
    int count;

    Page(Object owner, boolean branch) {
      this.owner = owner;
      this.items = new Object[MAX];
      this.keys = new long[MAX];
      this.lows = branch ? new Object[MAX] : null;
    }

    Page(Object owner, Page from) {
      this.owner = owner;
      this.items = from.items.clone();
      this.keys = from.keys.clone();
      this.lows = from.lows == null ? null : from.lows.clone();
      this.count = from.count;
    }

    Object low() {
      return lows == null ? items[0] : lows[0];
    }

    Object lowOf(int i) {
      return lows == null ? items[i] : lows[i];
    }

    Page child(int i) {
      return (Page) items[i];
    }

    <E> int position(int i, long key, long mask, @Nullable Probe<E> probe) {
      long masked = keys[i] & mask;
      return masked != key || probe == null
          ? Long.compare(masked, key)
          : probe.position(SortedTree.<E>element(lowOf(i)));
    }

    <E> int firstNotBefore(long key, long mask, @Nullable Probe<E> probe) {
      int low = 0;
      int high = count;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (position(middle, key, mask, probe) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    Page leftmost() {
      Page page = this;
      while (page.lows != null) {
        page = page.child(0);
      }
      return page;
    }

    void insert(int at, Object item, @Nullable Object low, long key) {
      System.arraycopy(items, at, items, at + 1, count - at);
      items[at] = item;
      System.arraycopy(keys, at, keys, at + 1, count - at);
      keys[at] = key;
      if (lows != null && low != null) {
        System.arraycopy(lows, at, lows, at + 1, count - at);
        lows[at] = low;
      }
      count++;
    }

    void delete(int at) {
      count--;
      System.arraycopy(items, at + 1, items, at, count - at);
      System.arraycopy(keys, at + 1, keys, at, count - at);
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

    void setLow(int i, Page child) {
      if (lows != null) {
        lows[i] = child.low();
        keys[i] = child.keys[0];
      }
    }

    /** Makes one of a child and the next one if both are small. */
    void mergeWithNext(int i) {
      Page down = child(i);
      if (i + 1 < count && down.count + child(i + 1).count <= MAX / 2) {
        Page next = child(i + 1);
        move(next, 0, down, down.count, next.count);
        down.count += next.count;
        delete(i + 1);
      }
    }

    private static void move(Page from, int at, Page to, int toAt, int n) {
      System.arraycopy(from.items, at, to.items, toAt, n);
      System.arraycopy(from.keys, at, to.keys, toAt, n);
      if (from.lows != null && to.lows != null) {
        System.arraycopy(from.lows, at, to.lows, toAt, n);
      }
    }
  }

  /** A mutable fork of a tree. */
  static final class Editor<E> {
    private static final int NOWHERE = -1;

    private final Order<? super E> order;
    private @Nullable Page root;
    private int size;
    private Object owner = new Object();
    private @Nullable SortedTree<E> frozen;

    // The way to the leaf that was looked at last, as what is looked for next is often there too:
    // branches from the root on, which child of each, the leaf, and a key that is behind it.
    private final Page[] path = new Page[16];
    private final int[] at = new int[16];
    private int depth = NOWHERE;
    private @Nullable Page leaf;
    private long behind;

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
      depth = NOWHERE;
    }

    @Nullable E find(long key, Probe<E> probe) {
      Page page = isInLeaf(key) ? leaf : descend(key, probe);
      if (page == null) {
        return null;
      }
      int i = page.firstNotBefore(key, -1, probe);
      if (i < page.count) {
        return page.position(i, key, -1, probe) == 0 ? SortedTree.<E>element(page.items[i]) : null;
      }
      return behind == key ? first(root, key, probe) : null;
    }

    /** Adds the elements of a range, in order. */
    void addTo(List<E> list, Range<E> range) {
      new RangeCursor<>(root, range).forEachRemaining(list::add);
    }

    boolean includes(E element) {
      return order.includes(element);
    }

    /** Adds {@code element}, or replaces the one that compares equal and returns it. */
    @Nullable E put(E element) {
      frozen = null;
      long key = order.key(element);
      if (!isInLeaf(key)) {
        descend(key, element);
      }
      Page page = own();
      int i = search(page, element, key);
      if (i >= 0) {
        E replaced = element(page.items[i]);
        page.items[i] = element;
        if (i == 0) {
          lower(page);
        }
        return replaced;
      }
      Page right = insert(page, -i - 1, element, null, key);
      size++;
      if (i == -1) {
        lower(page);
      }
      if (right != null) {
        grow(right);
      }
      return null;
    }

    /** Removes and returns the element that compares equal. */
    @Nullable E remove(E element) {
      long key = order.key(element);
      Page found = isInLeaf(key) ? leaf : descend(key, element);
      int i = found == null ? -1 : search(found, element, key);
      if (i < 0) {
        return null;
      }
      frozen = null;
      Page page = own();
      E removed = element(page.items[i]);
      page.delete(i);
      size--;
      shrink(page);
      return removed;
    }

    /** Whether an element of that key is in the leaf that was looked at last, or nowhere. */
    private boolean isInLeaf(long key) {
      return depth != NOWHERE
          && leaf != null
          && leaf.count > 0
          && leaf.keys[0] < key
          && key < behind;
    }

    private @Nullable Page descend(long key, Probe<E> probe) {
      start();
      Page page = root;
      while (page != null && page.lows != null) {
        page = step(page, page.firstNotBefore(key, -1, probe) - 1);
      }
      leaf = page;
      return page;
    }

    private @Nullable Page descend(long key, E element) {
      start();
      Page page = root;
      while (page != null && page.lows != null) {
        int i = search(page, element, key);
        page = step(page, i >= 0 ? i : -i - 2);
      }
      leaf = page;
      return page;
    }

    private void start() {
      depth = 0;
      behind = Long.MAX_VALUE;
    }

    private Page step(Page page, int to) {
      int child = Math.max(0, to);
      path[depth] = page;
      at[depth] = child;
      depth++;
      if (child + 1 < page.count) {
        behind = page.keys[child + 1];
      }
      return page.child(child);
    }

    /** Makes the way to the leaf changeable, and returns it. */
    private Page own() {
      Page page = root == null ? new Page(owner, false) : owned(root);
      root = page;
      for (int i = 0; i < depth; i++) {
        path[i] = page;
        Page down = owned(page.child(at[i]));
        page.items[at[i]] = down;
        page = down;
      }
      leaf = page;
      return page;
    }

    private Page owned(Page page) {
      return page.owner == owner ? page : new Page(owner, page);
    }

    /** The leaf has another lowest element. */
    private void lower(Page page) {
      Page down = page;
      for (int i = depth - 1; i >= 0; i--) {
        path[i].setLow(at[i], down);
        if (at[i] > 0) {
          return;
        }
        down = path[i];
      }
    }

    /** The leaf was split. */
    private void grow(Page half) {
      Page right = half;
      for (int i = depth - 1; i >= 0 && right != null; i--) {
        right = insert(path[i], at[i] + 1, right, right.low(), right.keys[0]);
      }
      if (right != null && root != null) {
        Page top = new Page(owner, true);
        top.insert(0, root, root.low(), root.keys[0]);
        top.insert(1, right, right.low(), right.keys[0]);
        root = top;
      }
      depth = NOWHERE;
    }

    /** The leaf has fewer elements. */
    private void shrink(Page page) {
      Page down = page;
      for (int i = depth - 1; i >= 0; i--) {
        Page above = path[i];
        if (down.count == 0) {
          above.delete(at[i]);
        } else {
          above.setLow(at[i], down);
          above.mergeWithNext(at[i]);
        }
        down = above;
      }
      while (root != null && root.lows != null && root.count == 1) {
        root = root.child(0);
      }
      if (root != null && root.count == 0) {
        root = null;
      }
      depth = NOWHERE;
    }

    private static @Nullable Page insert(
        Page page, int at, Object item, @Nullable Object low, long key) {
      if (page.count < MAX) {
        page.insert(at, item, low, key);
        return null;
      }
      Page right = page.splitOff();
      if (at <= page.count) {
        page.insert(at, item, low, key);
      } else {
        right.insert(at - page.count, item, low, key);
      }
      return right;
    }

    private int search(Page page, E element, long key) {
      int low = 0;
      int high = page.count - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        int compared =
            page.keys[middle] != key
                ? Long.compare(page.keys[middle], key)
                : order.compare(SortedTree.<E>element(page.lowOf(middle)), element);
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

  private static class Cursor<E> implements Iterator<E> {
    private final Page[] path = new Page[16];
    private final int[] at = new int[16];
    private int depth = -1;
    private @Nullable E next;

    /** To the first element. */
    void start(@Nullable Page root) {
      Page page = root;
      while (page != null) {
        depth++;
        path[depth] = page;
        at[depth] = 0;
        page = page.lows == null ? null : page.child(0);
      }
    }

    /** To the first element that is not before what is searched for. */
    void seek(@Nullable Page root, long key, long mask, @Nullable Probe<E> probe) {
      Page page = root;
      while (page != null) {
        int i = page.firstNotBefore(key, mask, probe);
        depth++;
        path[depth] = page;
        at[depth] = page.lows == null ? i : Math.max(0, i - 1);
        page = page.lows == null ? null : page.child(at[depth]);
      }
    }

    /** Whether the element there, of that key, is one of those asked for; false ends it. */
    boolean reaches(long key) {
      return true;
    }

    /** Looks at the element there, once the next leaf is stepped to if this one is used up. */
    final void fetch() {
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
      Page leaf = path[depth];
      if (reaches(leaf.keys[at[depth]])) {
        next = element(leaf.items[at[depth]]);
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
      advance();
      return element;
    }

    void advance() {
      at[depth]++;
      fetch();
    }

    @Nullable E peek() {
      return next;
    }
  }

  private static final class RangeCursor<E> extends Cursor<E> {
    private final Range<E> range;

    RangeCursor(@Nullable Page root, Range<E> range) {
      this.range = range;
      seek(root, range.key, range.mask, null);
      fetch();
      skip();
    }

    @Override
    boolean reaches(long key) {
      return (key & range.mask) == range.key;
    }

    @Override
    void advance() {
      super.advance();
      skip();
    }

    private void skip() {
      E element = peek();
      while (element != null && !range.filter.test(element)) {
        super.advance();
        element = peek();
      }
    }
  }
}
