// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.StoreObject;
import io.jswarm.spi.ReplicatedLog;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's objects, in memory. Changed only by applying log entries, on the control loop; read
 * from any thread without locks: every commit publishes a new immutable state, linked to the one
 * before, so a reader that holds any state can follow all commits since.
 */
public final class Store implements ReplicatedLog.StateMachine {
  private static final Logger LOG = LoggerFactory.getLogger(Store.class);

  /** So many positions of ignored entries are remembered; whoever proposed them asks at once. */
  private static final int IGNORED_REMEMBERED = 1_000;

  private volatile State state = new State(Tables.empty(), Fingerprint.EMPTY, Instant.EPOCH, null);
  private final List<Watch> watches = new CopyOnWriteArrayList<>();

  /** On the control loop. */
  private final TreeSet<Long> ignored = new TreeSet<>();

  /** The present state; never blocks, any thread. */
  public ReadView view() {
    return state.tables;
  }

  /** Starts a turn's transactions on the present state; control loop only. */
  public Batch begin(Instant now, int maxEntryBytes) {
    State from = state;
    return new Batch(from.tables, from.fingerprint, now, maxEntryBytes);
  }

  /**
   * Looks at the present state and hears of every commit after it, without gap or repetition
   * (S10.1). The listener is called on {@code executor}, one commit at a time, in order. A watcher
   * that falls behind by more than {@code maxLag} commits is ended with an error and has to start
   * over, and so is one that does not go on from a restored snapshot. Any thread.
   */
  public Watch watch(Executor executor, int maxLag, WatchListener listener) {
    Watch watch = new Watch(this, state, executor, maxLag, listener);
    watches.add(watch);
    watch.poke();
    return watch;
  }

  void remove(Watch watch) {
    watches.remove(watch);
  }

  @Override
  public ReplicatedLog.Entry decode(byte[] bytes) {
    return StoreEntryCodec.decode(bytes);
  }

  /** {@inheritDoc} Any thread. */
  @Override
  public long fingerprint() {
    return state.fingerprint;
  }

  @Override
  public ReplicatedLog.Snapshot snapshot() {
    State held = state;
    return new StoreSnapshot(held.tables, held.fingerprint, held.time);
  }

  @Override
  public ReplicatedLog.Restorable read(InputStream in) throws IOException {
    StoreSnapshot snapshot = StoreSnapshot.read(in);
    return () ->
        publish(new State(snapshot.tables(), snapshot.fingerprint(), snapshot.time(), null));
  }

  /**
   * Applies an entry to the very state it was made for. For any other state it means nothing, and
   * is ignored, on all managers alike: one that was proposed in spite of an earlier one of unknown
   * fate, say. {@link #tookEffect} tells.
   */
  @Override
  public void apply(long position, ReplicatedLog.Entry entry) {
    if (!(entry instanceof StoreEntry storeEntry)) {
      throw new IllegalArgumentException("not an entry of this store: " + entry);
    }
    State before = state;
    if (storeEntry.base() != before.fingerprint
        || storeEntry.version() <= before.tables.version()) {
      LOG.atWarn()
          .addKeyValue("position", position)
          .log(
              "ignoring an entry that leads to version {} and was not made for the present state, {}",
              storeEntry.version(),
              before.tables.version());
      ignored.add(position);
      if (ignored.size() > IGNORED_REMEMBERED) {
        ignored.pollFirst();
      }
      return;
    }
    StoreEntry.Shortcut shortcut = storeEntry.shortcutFrom(before.tables);
    if (shortcut != null) {
      publish(storeEntry, shortcut.to(), shortcut.events());
    } else {
      List<StoreEvent> events = new ArrayList<>(storeEntry.changes().size());
      Tables after = execute(before.tables, storeEntry, events);
      publish(storeEntry, after, events);
    }
  }

  private void publish(StoreEntry entry, Tables after, List<StoreEvent> events) {
    Commit commit = new Commit(entry.version(), entry.time(), events);
    publish(new State(after, entry.fingerprint(), entry.time(), commit));
  }

  private void publish(State next) {
    state.next = next;
    state = next;
    watches.forEach(Watch::poke);
  }

  /** Whether the entry at {@code position} was applied and not ignored; control loop only. */
  public boolean tookEffect(long position) {
    return !ignored.contains(position);
  }

  /**
   * What comes of an entry's changes, each of another object.
   *
   * @param events gets what happened to each
   */
  private static Tables execute(Tables before, StoreEntry entry, List<StoreEvent> events) {
    UnaryOperator<Change> completion = entry.completion(before);
    List<Table<? extends StoreObject>> tables = new ArrayList<>(before.tables());
    List<Table.@Nullable Editor<StoreObject>> editors = new ArrayList<>();
    while (editors.size() < Kind.values().length) {
      editors.add(null);
    }
    for (Change part : entry.changes()) {
      Change change = completion.apply(part);
      int kind = change.kind().ordinal();
      Table.Editor<StoreObject> editor = editors.get(kind);
      if (editor == null) {
        editor = before.<StoreObject>table(change.kind()).edit();
        editors.set(kind, editor);
      }
      StoreObject old = editor.get(change.id());
      if (change instanceof Change.Put put) {
        editor.put(old, put.object());
        events.add(
            old == null
                ? new StoreEvent.Created(put.object())
                : new StoreEvent.Updated(old, put.object()));
      } else if (old != null) {
        editor.remove(old);
        events.add(new StoreEvent.Deleted(old));
      }
    }
    for (int kind = 0; kind < tables.size(); kind++) {
      Table.Editor<StoreObject> editor = editors.get(kind);
      if (editor != null) {
        tables.set(kind, editor.freeze());
      }
    }
    return new Tables(entry.version(), List.copyOf(tables));
  }

  /**
   * A published state. {@code commit} led to it; without one it was restored from a snapshot.
   * {@code next} is set once there is a later one.
   */
  static final class State {
    final Tables tables;
    final long fingerprint;
    final Instant time;
    final @Nullable Commit commit;
    volatile @Nullable State next;

    State(Tables tables, long fingerprint, Instant time, @Nullable Commit commit) {
      this.tables = tables;
      this.fingerprint = fingerprint;
      this.time = time;
      this.commit = commit;
    }
  }

  State current() {
    return state;
  }
}
