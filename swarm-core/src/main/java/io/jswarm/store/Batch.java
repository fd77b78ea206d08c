// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.AlreadyExistsException;
import io.jswarm.InvalidSpecException;
import io.jswarm.NotFoundException;
import io.jswarm.VersionConflictException;
import io.jswarm.model.Kind;
import io.jswarm.model.Meta;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of one turn, made one after the other on top of the stored state and proposed
 * together. What one transaction wrote the next one sees.
 *
 * <p>Thread-safety: none; owned by the control loop for the length of a turn.
 */
public final class Batch {
  private final Instant now;
  private final int maxEntryBytes;
  private final Editors editors;
  private final List<StoreEvent> events = new ArrayList<>();
  private final List<StoreEntry> entries = new ArrayList<>();

  /** What earlier entries of this turn do to services; null where one is removed. */
  private final Map<String, @Nullable Service> earlier = new HashMap<>();

  /** By kind and id, the objects in the open entry and those touched after it. */
  private final List<Map<String, Delta>> deltas = new ArrayList<>();

  /**
   * What amendments touched and no entry has yet: components touch a new task one after the other,
   * and to write it once is enough.
   */
  private final List<Delta> pending = new ArrayList<>();

  private final Tables base;
  private EntryBuilder open;
  private long fingerprint;

  /** The state the open entry starts from; null when that is inside a transaction. */
  private @Nullable Tables openFrom;

  private long version;

  /** Why it must not be used any more; null while it may. */
  private @Nullable String spoiled;

  /**
   * @param fingerprint of {@code base}
   */
  Batch(Tables base, long fingerprint, Instant now, int maxEntryBytes) {
    this.base = base;
    this.fingerprint = fingerprint;
    this.openFrom = base;
    this.now = now;
    this.maxEntryBytes = maxEntryBytes;
    this.version = base.version();
    this.editors = new Editors(base);
    this.open = new EntryBuilder(now, maxEntryBytes);
    while (deltas.size() < Kind.values().length) {
      deltas.add(new HashMap<>());
    }
  }

  /**
   * Runs a transaction that is never torn apart: all of it is in one log entry. If it throws,
   * nothing of it is left behind.
   *
   * @throws InvalidSpecException when it is larger than one entry may be (S10.1)
   */
  public <R> R transact(Function<? super Tx, R> body) {
    requireUsable();
    logPending();
    Tables before = editors.freeze(version);
    Transaction tx = new Transaction(version + 1);
    try {
      R result = body.apply(tx);
      if (!tx.touched.isEmpty()) {
        log(tx, before);
      }
      return result;
    } catch (RuntimeException | Error e) {
      editors.reset(before);
      tx.touched.forEach(this::rollBack);
      throw e;
    } finally {
      tx.done = true;
    }
  }

  private void rollBack(Delta delta) {
    delta.rollBack();
    if (!delta.isLogged()) {
      deltas.get(delta.kind().ordinal()).remove(delta.id());
    }
  }

  /**
   * Runs a transaction whose changes may end up in several entries; for components, which can start
   * from any state. If it throws, the batch is of no use any more.
   */
  public void amend(Consumer<? super Tx> body) {
    requireUsable();
    Transaction tx = new Transaction(version + 1);
    spoiled = "a component failed half-way through its changes";
    try {
      body.accept(tx);
    } finally {
      tx.done = true;
    }
    if (!tx.touched.isEmpty()) {
      version = tx.version;
      for (Delta delta : tx.touched) {
        tell(delta);
        if (!delta.isPending()) {
          delta.pend();
          pending.add(delta);
        }
      }
    }
    spoiled = null;
  }

  private void tell(Delta delta) {
    StoreEvent event = delta.event();
    if (event != null) {
      events.add(event);
    }
  }

  private void requireUsable() {
    if (spoiled != null) {
      throw new IllegalStateException(spoiled);
    }
  }

  /** What the transactions so far did, in order; grows as they are made. */
  public List<StoreEvent> events() {
    return Collections.unmodifiableList(events);
  }

  /** True while nothing was changed. */
  public boolean isEmpty() {
    return events.isEmpty();
  }

  /**
   * Which of the {@link #entries()} the last transaction took part in: the one with its changes or,
   * if it made none, the last one whose changes it saw. −1 when it saw and made none.
   */
  public int lastEntry() {
    return open.isEmpty() ? entries.size() - 1 : entries.size();
  }

  /** The log entries of this turn; the batch must not be used after this. */
  public List<StoreEntry> entries() {
    requireUsable();
    logPending();
    spoiled = "the entries of this turn were taken already";
    buildEntry(editors.freeze(version));
    return List.copyOf(entries);
  }

  /** All changes of {@code tx} go into one entry. */
  private void log(Transaction tx, Tables before) {
    tx.touched.forEach(Delta::pend);
    Sizes sizes = new Sizes(tx.touched);
    if (!open.isEmpty() && !open.fits(sizes.more)) {
      closeEntry(before);
      sizes = new Sizes(tx.touched);
    }
    if (!open.fits(sizes.more)) {
      long bytes = open.bytesWith(sizes.more);
      // It was empty, but has measured what will not be in it.
      open = new EntryBuilder(now, maxEntryBytes);
      throw new InvalidSpecException(
          "transaction",
          "size",
          "request too large: about " + bytes + " bytes, the limit is " + maxEntryBytes);
    }
    version = tx.version;
    for (int i = 0; i < sizes.bytes.length; i++) {
      open.put(tx.touched.get(i), sizes.changes.get(i), sizes.bytes[i], version);
      tell(tx.touched.get(i));
    }
  }

  /** What changes take in the open entry. */
  private final class Sizes {
    final List<Change> changes = new ArrayList<>();
    final int[] bytes;

    /** Than what the entry has of these objects now. */
    long more;

    Sizes(List<Delta> touched) {
      bytes = new int[touched.size()];
      for (int i = 0; i < bytes.length; i++) {
        Delta delta = touched.get(i);
        changes.add(delta.change());
        bytes[i] = delta.isChange() ? open.measure(changes.get(i)) : 0;
        more += bytes[i] - delta.loggedBytes();
      }
    }
  }

  /** Each change that amendments come to goes where there is room for it. */
  private void logPending() {
    for (Delta delta : pending) {
      Change change = delta.change();
      int bytes = delta.isChange() ? open.measure(change) : 0;
      if (!open.isEmpty() && !open.fits(bytes - delta.loggedBytes())) {
        if (open.lastVersion() == version) {
          version++; // each entry leads to a version of its own
        }
        closeEntry(null);
        change = delta.change();
        bytes = delta.isChange() ? open.measure(change) : 0;
      }
      open.put(delta, change, bytes, version);
    }
    pending.clear();
  }

  /**
   * Ends the open entry; {@code after} is the state it leads to, null when that is inside a
   * transaction.
   */
  private void closeEntry(@Nullable Tables after) {
    for (Delta delta : buildEntry(after).deltas()) {
      if (delta.isPending()) {
        delta.rebase();
      } else {
        deltas.get(delta.kind().ordinal()).remove(delta.id());
      }
    }
  }

  /** Adds the open entry, if it is not empty, to those that are ready, and opens the next one. */
  private EntryBuilder buildEntry(@Nullable Tables after) {
    EntryBuilder ready = open;
    if (!ready.isEmpty()) {
      StoreEntry entry = ready.build(fingerprint, this::serviceAfter, this::serviceBefore);
      for (Delta delta : deltas.get(Kind.SERVICE.ordinal()).values()) {
        if (delta.isLogged()) {
          earlier.put(delta.id(), (Service) delta.loggedObject());
        }
      }
      if (openFrom != null && after != null && after.version() == entry.version()) {
        entry.shortcut(new StoreEntry.Shortcut(openFrom, after, ready.events()));
      }
      entries.add(entry);
      fingerprint = entry.fingerprint();
      openFrom = after;
    }
    open = new EntryBuilder(now, maxEntryBytes);
    return ready;
  }

  private @Nullable Service serviceAfter(String id) {
    Delta delta = deltas.get(Kind.SERVICE.ordinal()).get(id);
    return delta == null || !delta.isLogged() ? null : (Service) delta.loggedObject();
  }

  private @Nullable Service serviceBefore(String id) {
    return earlier.containsKey(id) ? earlier.get(id) : base.<Service>table(Kind.SERVICE).get(id);
  }

  private final class Transaction extends EditorView implements Tx {
    private final long version;
    private final List<Delta> touched = new ArrayList<>();
    private boolean done;

    Transaction(long version) {
      super(editors);
      this.version = version;
    }

    @Override
    public long version() {
      return version;
    }

    @Override
    public long base() {
      return base.version();
    }

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public <T extends StoreObject> T create(T object) {
      requireOpen();
      Table.Editor<StoreObject> table = editors.edit(object.kind());
      Delta delta = delta(object.kind(), object.id());
      if (present(delta, table, object) != null) {
        throw new AlreadyExistsException(
            object.kind() + " " + object.id() + " already exists; ids are never used twice");
      }
      requireNameFree(table, object);
      T stamped = stamp(object, now);
      table.put(null, stamped);
      touch(delta, null, stamped, object);
      return stamped;
    }

    @Override
    public <T extends StoreObject> T update(T object) {
      requireOpen();
      Table.Editor<StoreObject> table = editors.edit(object.kind());
      Delta delta = delta(object.kind(), object.id());
      StoreObject old = present(delta, table, object);
      if (old == null) {
        throw missing(object);
      }
      if (old.meta().version() != object.meta().version()) {
        throw new VersionConflictException(
            "update out of sequence: "
                + object.kind()
                + " "
                + object.name()
                + " ("
                + object.id()
                + ") is at version "
                + old.meta().version()
                + ", the update was made from version "
                + object.meta().version()
                + "; read it again and repeat the change");
      }
      requireNameFree(table, object);
      T stamped = stamp(object, old.meta().createdAt());
      table.put(old, stamped);
      touch(delta, old, stamped, object);
      return stamped;
    }

    @Override
    public void delete(StoreObject object) {
      requireOpen();
      Table.Editor<StoreObject> table = editors.edit(object.kind());
      Delta delta = delta(object.kind(), object.id());
      StoreObject old = present(delta, table, object);
      if (old == null) {
        throw missing(object);
      }
      table.remove(old);
      touch(delta, old, null, object);
    }

    private void requireOpen() {
      if (done) {
        throw new IllegalStateException("the transaction is over; changes go inside its callback");
      }
    }

    private void requireNameFree(Table.Editor<StoreObject> table, StoreObject object) {
      StoreObject holder = table.nameTaken(object.name(), object.id());
      if (holder != null) {
        throw new AlreadyExistsException(
            object.kind()
                + " name "
                + object.name()
                + " is in use by "
                + holder.name()
                + " ("
                + holder.id()
                + "); choose another name or remove that one");
      }
    }

    private NotFoundException missing(StoreObject object) {
      return new NotFoundException(
          object.kind() + " " + object.name() + " (" + object.id() + ") does not exist");
    }

    /** {@code withMeta} returns the receiver's own type for every kind. */
    @SuppressWarnings("unchecked")
    private <T extends StoreObject> T stamp(T object, Instant createdAt) {
      return (T) object.withMeta(new Meta(version, createdAt, now));
    }

    /** As it is now; what this turn touched is found sooner there than among all. */
    private static @Nullable StoreObject present(
        @Nullable Delta delta, Table.Editor<StoreObject> table, StoreObject object) {
      return delta != null ? delta.object() : table.get(object.id());
    }

    @Override
    public Optional<? extends StoreObject> get(Kind kind, String id) {
      Delta delta = delta(kind, id);
      return delta != null ? Optional.ofNullable(delta.object()) : super.get(kind, id);
    }

    private @Nullable Delta delta(Kind kind, String id) {
      return deltas.get(kind.ordinal()).get(id);
    }

    private void touch(
        @Nullable Delta known,
        @Nullable StoreObject old,
        @Nullable StoreObject object,
        StoreObject named) {
      Delta delta = known;
      if (delta == null) {
        delta = new Delta(named.kind(), named.id(), old);
        deltas.get(named.kind().ordinal()).put(named.id(), delta);
      }
      if (delta.step(version, object)) {
        touched.add(delta);
      }
    }
  }
}
