// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.AlreadyExistsException;
import io.jswarm.InvalidSpecException;
import io.jswarm.NotFoundException;
import io.jswarm.VersionConflictException;
import io.jswarm.model.Kind;
import io.jswarm.model.Meta;
import io.jswarm.model.StoreObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of one turn, made one after the other on top of the stored state and proposed
 * together. What one transaction wrote the next one sees; a transaction that throws leaves nothing
 * behind.
 *
 * <p>Thread-safety: none; owned by the control loop for the length of a turn.
 */
public final class Batch {
  private final Instant now;
  private final int maxEntryBytes;
  private final Editors editors;
  private final List<StoreEvent> events = new ArrayList<>();
  private final List<StoreEntry> entries = new ArrayList<>();
  private EntryBuilder open = new EntryBuilder();

  /** The state the open entry starts from; null when that is inside a transaction. */
  private @Nullable Tables openFrom;

  private long version;

  Batch(Tables base, Instant now, int maxEntryBytes) {
    this.openFrom = base;
    this.now = now;
    this.maxEntryBytes = maxEntryBytes;
    this.version = base.version();
    this.editors = new Editors(base);
  }

  /**
   * Runs a transaction that is never torn apart: all of it is in one log entry.
   *
   * @throws InvalidSpecException when it is larger than one entry may be (S10.1)
   */
  public <R> R transact(Function<? super Tx, R> body) {
    return run(body, true);
  }

  /**
   * Runs a transaction whose changes may end up in several entries; for components, which can start
   * from any state.
   */
  public void amend(Consumer<? super Tx> body) {
    run(
        tx -> {
          body.accept(tx);
          return Boolean.TRUE;
        },
        false);
  }

  /** What the transactions so far did, in order; grows as they are made. */
  public List<StoreEvent> events() {
    return Collections.unmodifiableList(events);
  }

  /** True while nothing was changed. */
  public boolean isEmpty() {
    return events.isEmpty();
  }

  /** The log entries of this turn; the batch must not be used after this. */
  public List<StoreEntry> entries() {
    closeEntry(editors.freeze(version));
    return List.copyOf(entries);
  }

  private <R> R run(Function<? super Tx, R> body, boolean atomic) {
    Tables before = editors.freeze(version);
    Transaction tx = new Transaction(version + 1);
    try {
      R result = body.apply(tx);
      if (atomic) {
        requireFits(tx);
      }
      log(tx, atomic, before);
      return result;
    } catch (RuntimeException | Error e) {
      editors.reset(before);
      throw e;
    } finally {
      tx.done = true;
    }
  }

  private void requireFits(Transaction tx) {
    long bytes = 0;
    for (Touched touched : tx.touched.values()) {
      bytes += touched.change().estimatedBytes();
    }
    if (bytes > maxEntryBytes) {
      throw new InvalidSpecException(
          "transaction",
          "size",
          "request too large: about " + bytes + " bytes, the limit is " + maxEntryBytes);
    }
  }

  private void log(Transaction tx, boolean atomic, Tables before) {
    if (tx.touched.isEmpty()) {
      return;
    }
    version = tx.version;
    List<Touched> touched = new ArrayList<>(tx.touched.values());
    if (atomic && !open.fits(touched)) {
      closeEntry(before);
    }
    for (Touched one : touched) {
      if (one.old == null && one.object == null) {
        continue;
      }
      if (!atomic && !open.fits(List.of(one))) {
        if (open.lastVersion == version) {
          version++; // each entry leads to a version of its own
        }
        closeEntry(null);
      }
      open.add(one, version);
      events.add(one.event());
    }
  }

  /**
   * Ends the open entry; {@code after} is the state it leads to, null when that is inside a
   * transaction.
   */
  private void closeEntry(@Nullable Tables after) {
    StoreEntry entry = open.build();
    if (entry != null) {
      if (openFrom != null && after != null && after.version() == entry.version()) {
        entry.shortcut(openFrom, after);
      }
      entries.add(entry);
      openFrom = after;
    }
    open = new EntryBuilder();
  }

  private record Key(Kind kind, String id) {}

  /** An object's net change: null before means created, null after means removed. */
  private record Touched(Key key, @Nullable StoreObject old, @Nullable StoreObject object) {
    Change change() {
      return object != null ? new Change.Put(object) : new Change.Remove(key.kind, key.id);
    }

    StoreEvent event() {
      if (object == null) {
        return new StoreEvent.Deleted(Objects.requireNonNull(old));
      }
      return old == null ? new StoreEvent.Created(object) : new StoreEvent.Updated(old, object);
    }
  }

  /** Collects net changes until an entry is full. */
  private final class EntryBuilder {
    private final Map<Key, Touched> changes = new LinkedHashMap<>();
    private long bytes;
    private long lastVersion;

    boolean fits(List<Touched> more) {
      long added = 0;
      for (Touched touched : more) {
        added += touched.change().estimatedBytes();
      }
      return changes.isEmpty() || bytes + added <= maxEntryBytes;
    }

    void add(Touched touched, long version) {
      Touched earlier = changes.get(touched.key);
      Touched net =
          earlier == null ? touched : new Touched(touched.key, earlier.old, touched.object);
      if (earlier != null) {
        bytes -= earlier.change().estimatedBytes();
      }
      if (net.old == null && net.object == null) {
        changes.remove(net.key);
      } else {
        changes.put(net.key, net);
        bytes += net.change().estimatedBytes();
      }
      lastVersion = version;
    }

    @Nullable StoreEntry build() {
      if (changes.isEmpty()) {
        return null;
      }
      List<Change> list = new ArrayList<>(changes.size());
      changes.values().forEach(touched -> list.add(touched.change()));
      return new StoreEntry(lastVersion, now, list);
    }
  }

  private final class Transaction extends EditorView implements Tx {
    private final long version;
    private final Map<Key, Touched> touched = new LinkedHashMap<>();
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
    public Instant now() {
      return now;
    }

    @Override
    public <T extends StoreObject> T create(T object) {
      requireOpen();
      Table.Editor<StoreObject> table = editors.edit(object.kind());
      if (table.get(object.id()) != null) {
        throw new AlreadyExistsException(
            object.kind() + " " + object.id() + " already exists; ids are never used twice");
      }
      requireNameFree(table, object);
      T stamped = stamp(object, now);
      table.put(null, stamped);
      touch(null, stamped, object);
      return stamped;
    }

    @Override
    public <T extends StoreObject> T update(T object) {
      requireOpen();
      Table.Editor<StoreObject> table = editors.edit(object.kind());
      StoreObject old = table.get(object.id());
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
      touch(old, stamped, object);
      return stamped;
    }

    @Override
    public void delete(StoreObject object) {
      requireOpen();
      Table.Editor<StoreObject> table = editors.edit(object.kind());
      StoreObject old = table.get(object.id());
      if (old == null) {
        throw missing(object);
      }
      table.remove(old);
      touch(old, null, object);
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

    private void touch(@Nullable StoreObject old, @Nullable StoreObject object, StoreObject named) {
      Key key = new Key(named.kind(), named.id());
      Touched earlier = touched.get(key);
      touched.put(key, new Touched(key, earlier == null ? old : earlier.old, object));
    }
  }
}
