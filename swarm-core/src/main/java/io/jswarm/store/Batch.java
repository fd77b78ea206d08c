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
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  /**
   * What amendments come to that are in no entry yet: components touch a new task one after the
   * other, and to write it once is enough.
   */
  private final Map<Key, Touched> pending = new LinkedHashMap<>();

  private final Tables base;
  private EntryBuilder open;
  private long fingerprint;

  /** The state the open entry starts from; null when that is inside a transaction. */
  private @Nullable Tables openFrom;

  private long version;
  private boolean usable = true;

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
    this.open = new EntryBuilder();
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
      throw e;
    } finally {
      tx.done = true;
    }
  }

  /**
   * Runs a transaction whose changes may end up in several entries; for components, which can start
   * from any state. If it throws, the batch is of no use any more.
   */
  public void amend(Consumer<? super Tx> body) {
    requireUsable();
    Transaction tx = new Transaction(version + 1);
    usable = false;
    try {
      body.accept(tx);
    } finally {
      tx.done = true;
    }
    if (!tx.touched.isEmpty()) {
      version = tx.version;
      tx.touched.values().forEach(this::defer);
    }
    usable = true;
  }

  private void defer(Touched touched) {
    if (touched.isChange()) {
      events.add(touched.event());
      pending.merge(touched.key, touched, Touched::then);
    }
  }

  private void requireUsable() {
    if (!usable) {
      throw new IllegalStateException("a component failed half-way through its changes");
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
    closeEntry(editors.freeze(version));
    return List.copyOf(entries);
  }

  /** All changes of {@code tx} go into one entry. */
  private void log(Transaction tx, Tables before) {
    List<Touched> net = tx.touched.values().stream().filter(Touched::isChange).toList();
    List<Measured> measured = open.measure(net);
    if (!open.isEmpty() && !open.fits(measured)) {
      closeEntry(before);
      measured = open.measure(net);
    }
    if (!open.fits(measured)) {
      long bytes = open.bytesWith(measured);
      open = new EntryBuilder(); // it was empty, but has measured what will not be in it
      throw new InvalidSpecException(
          "transaction",
          "size",
          "request too large: about " + bytes + " bytes, the limit is " + maxEntryBytes);
    }
    version = tx.version;
    measured.forEach(one -> open.add(one, version));
    net.forEach(one -> events.add(one.event()));
  }

  /** Each change that amendments come to goes where there is room for it. */
  private void logPending() {
    for (Touched touched : pending.values()) {
      if (!touched.isChange()) {
        continue;
      }
      List<Measured> measured = open.measure(List.of(touched));
      if (!open.isEmpty() && !open.fits(measured)) {
        if (open.lastVersion == version) {
          version++; // each entry leads to a version of its own
        }
        closeEntry(null);
        measured = open.measure(List.of(touched));
      }
      measured.forEach(one -> open.add(one, version));
    }
    pending.clear();
  }

  /**
   * Ends the open entry; {@code after} is the state it leads to, null when that is inside a
   * transaction.
   */
  private void closeEntry(@Nullable Tables after) {
    if (!open.isEmpty()) {
      StoreEntry entry = open.build();
      if (openFrom != null && after != null && after.version() == entry.version()) {
        entry.shortcut(new StoreEntry.Shortcut(openFrom, after, open.events()));
      }
      entries.add(entry);
      fingerprint = entry.fingerprint();
      openFrom = after;
    }
    open = new EntryBuilder();
  }

  private record Key(Kind kind, String id) {}

  /** An object's net change: null before means created, null after means removed. */
  private record Touched(Key key, @Nullable StoreObject old, @Nullable StoreObject object) {
    /** False when what was made was removed again. */
    boolean isChange() {
      return old != null || object != null;
    }

    Touched then(Touched later) {
      return new Touched(key, old, later.object);
    }

    Change change() {
      if (object == null) {
        return new Change.Remove(key.kind, key.id);
      }
      boolean sameSpec =
          old instanceof Task before
              && object instanceof Task after
              && before.spec() == after.spec();
      return new Change.Put(object, sameSpec ? SpecSource.TASK : SpecSource.INLINE);
    }

    StoreEvent event() {
      if (object == null) {
        return new StoreEvent.Deleted(Objects.requireNonNull(old));
      }
      return old == null ? new StoreEvent.Created(object) : new StoreEvent.Updated(old, object);
    }
  }

  /** A net change within the open entry, and what it takes apart from shared values. */
  private record Measured(Touched touched, Change change, int bytes) {}

  /** Collects net changes until an entry is full. */
  private final class EntryBuilder {
    private final Map<Key, Measured> changes = new LinkedHashMap<>();
    private final StoreEntryCodec.Measure measure = new StoreEntryCodec.Measure(now);
    private long bytes;
    private long rest = measure.rest();
    private long lastVersion;

    boolean isEmpty() {
      return changes.isEmpty();
    }

    List<Measured> measure(List<Touched> more) {
      List<Measured> measured = new ArrayList<>(more.size());
      for (Touched touched : more) {
        Measured before = changes.get(touched.key);
        Touched net =
            before == null ? touched : new Touched(touched.key, before.touched.old, touched.object);
        Change change = net.change();
        measured.add(new Measured(net, change, measure.of(change)));
      }
      return measured;
    }

    boolean fits(List<Measured> more) {
      return bytesWith(more) <= maxEntryBytes;
    }

    long bytesWith(List<Measured> more) {
      return bytes + more.stream().mapToLong(Measured::bytes).sum() + measure.rest();
    }

    void add(Measured more, long version) {
      Key key = more.touched.key;
      Measured before = more.touched.isChange() ? changes.put(key, more) : changes.remove(key);
      bytes += (more.touched.isChange() ? more.bytes : 0) - (before == null ? 0 : before.bytes);
      rest = measure.rest();
      lastVersion = version;
    }

    List<StoreEvent> events() {
      List<StoreEvent> list = new ArrayList<>(changes.size());
      changes.values().forEach(one -> list.add(one.touched.event()));
      return list;
    }

    StoreEntry build() {
      List<Change> list = new ArrayList<>(changes.size());
      changes.values().forEach(one -> list.add(sourced(one.change)));
      changes.values().forEach(this::remember);
      return new StoreEntry(
          fingerprint,
          lastVersion,
          now,
          list,
          (int) Math.min(bytes + rest, Integer.MAX_VALUE),
          null);
    }

    /** Says of a new task that its spec is its service's, if readers will find it there. */
    private Change sourced(Change change) {
      if (change instanceof Change.Put put
          && put.source() == SpecSource.INLINE
          && put.object() instanceof Task task
          && task.hasService()) {
        TaskSpec spec =
            StoreEntry.specOf(
                serviceAfter(task.serviceId()),
                serviceBefore(task.serviceId()),
                task.specVersion());
        if (task.spec().equals(spec)) {
          return put.from(SpecSource.SERVICE);
        }
      }
      return change;
    }

    private @Nullable Service serviceAfter(String id) {
      Measured change = changes.get(new Key(Kind.SERVICE, id));
      return change == null ? null : (Service) change.touched.object;
    }

    private @Nullable Service serviceBefore(String id) {
      return earlier.containsKey(id) ? earlier.get(id) : base.<Service>table(Kind.SERVICE).get(id);
    }

    private void remember(Measured change) {
      if (change.touched.key.kind == Kind.SERVICE) {
        earlier.put(change.touched.key.id, (Service) change.touched.object);
      }
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
