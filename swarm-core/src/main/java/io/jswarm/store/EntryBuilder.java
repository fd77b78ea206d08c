// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects net changes until an entry is full. */
final class EntryBuilder {
  private final Instant time;
  private final int maxBytes;
  private final List<Delta> deltas = new ArrayList<>();
  private final StoreEntryCodec.Measure measure;
  private long bytes;
  private long rest;
  private long lastVersion;

  EntryBuilder(Instant time, int maxBytes) {
    this.time = time;
    this.maxBytes = maxBytes;
    this.measure = new StoreEntryCodec.Measure(time);
    this.rest = measure.rest();
  }

  boolean isEmpty() {
    return deltas.isEmpty();
  }

  /** The version of the last change in it. */
  long lastVersion() {
    return lastVersion;
  }

  /** What is in it, in the order in which it came. */
  List<Delta> deltas() {
    return deltas;
  }

  /** At most so many bytes go to that change, apart from shared values, which are counted too. */
  int measure(Change change) {
    return measure.of(change);
  }

  /**
   * Whether there is room for measured changes.
   *
   * @param more bytes than now, shared values left out
   */
  boolean fits(long more) {
    return bytesWith(more) <= maxBytes;
  }

  long bytesWith(long more) {
    return bytes + more + measure.rest();
  }

  /**
   * Takes a measured change of an object instead of the one that is in it, if there is one.
   *
   * @param version of the transaction
   */
  void put(Delta delta, Change change, int size, long version) {
    boolean wasIn = delta.isLogged();
    bytes -= delta.loggedBytes();
    if (delta.isChange()) {
      bytes += size;
      delta.log(change, size);
      if (!wasIn) {
        deltas.add(delta);
      }
    } else {
      delta.log(null, 0);
      if (wasIn) {
        deltas.remove(delta);
      }
    }
    rest = measure.rest();
    lastVersion = version;
  }

  List<StoreEvent> events() {
    List<StoreEvent> events = new ArrayList<>(deltas.size());
    for (Delta delta : deltas) {
      StoreEvent event = delta.loggedEvent();
      if (event != null) {
        events.add(event);
      }
    }
    return events;
  }

  /**
   * @param base fingerprint of the state it is for
   * @param after a service as this entry leaves it; null if it is not in it
   * @param before a service as it was before
   */
  StoreEntry build(
      long base,
      Function<String, @Nullable Service> after,
      Function<String, @Nullable Service> before) {
    List<Change> changes = new ArrayList<>(deltas.size());
    for (Delta delta : deltas) {
      changes.add(sourced(delta.logged(), after, before));
    }
    int size = (int) Math.min(bytes + rest, Integer.MAX_VALUE);
    return new StoreEntry(base, lastVersion, time, changes, size, null);
  }

  /** Says of a new task that its spec is its service's, if readers will find it there. */
  private static Change sourced(
      Change change,
      Function<String, @Nullable Service> after,
      Function<String, @Nullable Service> before) {
    if (change.kind() == Kind.TASK
        && change instanceof Change.Put put
        && put.source() == SpecSource.INLINE
        && put.object() instanceof Task task
        && task.hasService()) {
      TaskSpec spec =
          StoreEntry.specOf(
              after.apply(task.serviceId()), before.apply(task.serviceId()), task.specVersion());
      if (task.spec() == spec || task.spec().equals(spec)) {
        return put.from(SpecSource.SERVICE);
      }
    }
    return change;
  }
}
