// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.StoreObject;
import io.jswarm.spi.ReplicatedLog;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's objects, in memory. Changed only by applying log entries, on the control loop; read
 * from any thread without locks: every commit publishes a new immutable state, linked to the one
 * before, so a reader that holds any state can follow all commits since.
 */
public final class Store implements ReplicatedLog.StateMachine {
  private volatile State state = new State(Tables.empty(), null);
  private final List<Watch> watches = new CopyOnWriteArrayList<>();

  /** The present state; never blocks, any thread. */
  public ReadView view() {
    return state.tables;
  }

  /** Starts a turn's transactions on the present state; control loop only. */
  public Batch begin(Instant now, int maxEntryBytes) {
    return new Batch(state.tables, now, maxEntryBytes);
  }

  /**
   * Looks at the present state and hears of every commit after it, without gap or repetition
   * (S10.1). The listener is called on {@code executor}, one commit at a time, in order. A watcher
   * that falls behind by more than {@code maxLag} commits is ended with an error and has to start
   * over. Any thread.
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

  @Override
  public long fingerprint() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ReplicatedLog.Snapshot snapshot() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ReplicatedLog.Restorable read(InputStream in) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void apply(long index, ReplicatedLog.Entry entry) {
    if (!(entry instanceof StoreEntry storeEntry)) {
      throw new IllegalArgumentException("not an entry of this store: " + entry);
    }
    State before = state;
    if (storeEntry.version() <= before.tables.version()) {
      throw new IllegalStateException(
          "entry "
              + index
              + " leads to version "
              + storeEntry.version()
              + ", the store is at "
              + before.tables.version());
    }
    List<StoreEvent> events = events(before.tables, storeEntry);
    Tables shortcut = storeEntry.shortcutFrom(before.tables);
    Tables after = shortcut != null ? shortcut : execute(before.tables, storeEntry);
    State next = new State(after, new Commit(storeEntry.version(), storeEntry.time(), events));
    before.next = next;
    state = next;
    watches.forEach(Watch::poke);
  }

  private static List<StoreEvent> events(Tables before, StoreEntry entry) {
    List<StoreEvent> events = new ArrayList<>(entry.changes().size());
    for (Change change : entry.changes()) {
      StoreObject old = before.table(change.kind()).get(change.id());
      if (change instanceof Change.Put put) {
        events.add(
            old == null
                ? new StoreEvent.Created(put.object())
                : new StoreEvent.Updated(old, put.object()));
      } else if (old != null) {
        events.add(new StoreEvent.Deleted(old));
      }
    }
    return events;
  }

  private static Tables execute(Tables before, StoreEntry entry) {
    List<Table<? extends StoreObject>> tables = new ArrayList<>(before.tables());
    List<Table.@Nullable Editor<StoreObject>> editors = new ArrayList<>();
    while (editors.size() < Kind.values().length) {
      editors.add(null);
    }
    for (Change change : entry.changes()) {
      int kind = change.kind().ordinal();
      Table.Editor<StoreObject> editor = editors.get(kind);
      if (editor == null) {
        editor = before.<StoreObject>table(change.kind()).edit();
        editors.set(kind, editor);
      }
      StoreObject old = editor.get(change.id());
      if (change instanceof Change.Put put) {
        editor.put(old, put.object());
      } else if (old != null) {
        editor.remove(old);
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

  /** A published state. {@code commit} led to it; {@code next} is set once there is a later one. */
  static final class State {
    final Tables tables;
    final @Nullable Commit commit;
    volatile @Nullable State next;

    State(Tables tables, @Nullable Commit commit) {
      this.tables = tables;
      this.commit = commit;
    }
  }

  State current() {
    return state;
  }
}
