// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import static java.util.Objects.requireNonNull;

import io.jswarm.model.Kind;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import org.jspecify.annotations.Nullable;

/**
 * What a turn makes of one object: the change that is in the open entry, if there is one, and what
 * came after it. Absent values are null: before it is created and after it is removed.
 */
final class Delta {
  private static final long NO_TRANSACTION = -1;

  private final Kind kind;
  private final String id;

  /** Before the open entry. */
  private @Nullable StoreObject old;

  private @Nullable StoreObject object;

  /** The last transaction that touched it, by its version, and what it was before that. */
  private long transaction = NO_TRANSACTION;

  private @Nullable StoreObject before;
  private boolean pending;

  /** The change in the open entry, what it leads to, and its bytes apart from shared values. */
  private @Nullable Change logged;

  private @Nullable StoreObject loggedObject;
  private int loggedBytes;

  Delta(Kind kind, String id, @Nullable StoreObject old) {
    this.kind = kind;
    this.id = id;
    this.old = old;
    this.object = old;
  }

  Kind kind() {
    return kind;
  }

  String id() {
    return id;
  }

  /**
   * Takes a step of a transaction.
   *
   * @return whether it is the transaction's first
   */
  boolean step(long transaction, @Nullable StoreObject next) {
    boolean first = this.transaction != transaction;
    if (first) {
      this.transaction = transaction;
      before = object;
    }
    object = next;
    return first;
  }

  /** As it is now; null once it is removed. */
  @Nullable StoreObject object() {
    return object;
  }

  /** Takes back what the last transaction did. */
  void rollBack() {
    object = before;
    transaction = NO_TRANSACTION;
    pending = false;
  }

  /** What the last transaction did; null when it removed what it had made. */
  @Nullable StoreEvent event() {
    return event(before, object);
  }

  /** What the open entry does. */
  @Nullable StoreEvent loggedEvent() {
    return event(old, loggedObject);
  }

  private static @Nullable StoreEvent event(
      @Nullable StoreObject old, @Nullable StoreObject object) {
    if (object == null) {
      return old == null ? null : new StoreEvent.Deleted(old);
    }
    return old == null ? new StoreEvent.Created(object) : new StoreEvent.Updated(old, object);
  }

  /** Whether something is to go into an entry. */
  boolean isPending() {
    return pending;
  }

  void pend() {
    pending = true;
  }

  /** False when what was made was removed again. */
  boolean isChange() {
    return old != null || object != null;
  }

  /** All that the open entry has to do. */
  Change change() {
    if (object == null) {
      return new Change.Remove(kind, id);
    }
    boolean sameSpec =
        old instanceof Task earlier
            && object instanceof Task later
            && earlier.spec() == later.spec();
    return new Change.Put(object, sameSpec ? SpecSource.TASK : SpecSource.INLINE);
  }

  boolean isLogged() {
    return logged != null;
  }

  /** The change in the open entry. */
  Change logged() {
    return requireNonNull(logged);
  }

  @Nullable StoreObject loggedObject() {
    return loggedObject;
  }

  int loggedBytes() {
    return loggedBytes;
  }

  /** The open entry has this change now, or none. */
  void log(@Nullable Change change, int bytes) {
    logged = change;
    loggedObject = object;
    loggedBytes = bytes;
    pending = false;
  }

  /** The entry was closed: whatever comes is on top of it. */
  void rebase() {
    old = loggedObject;
    logged = null;
    loggedBytes = 0;
  }
}
